import type { Plant } from '../plant/plant';
import type { FaultOption } from './fault-option';
import { during, oneOf, windows } from './windows';

type Option = FaultOption<Plant>;

const SOME = { least: 1, most: 4 };
const LENGTHS = { leastMs: 4_000, mostMs: 25_000 };
const NONE = { leastMs: 0, mostMs: 0 };
const DAY_MS = 86_400_000;

const queueRepeats: Option = {
  name: 'queue-repeats',
  rows: [16],
  description: 'The queue delivers operations and reports twice, and late.',
  arm(plant, random, safetyMs) {
    for (const window of windows(random, safetyMs, SOME, LENGTHS)) {
      const twice = (where: string): readonly number[] => {
        if (random.next() < 0.6) return [0];
        plant.fired(this.name, where);
        return [0, random.below(3_000)];
      };
      during(plant, window, () => {
        plant.queueFaults.delivery = ({ id }) => twice(id);
        plant.queueFaults.report = ({ operation }) => twice(operation.id);
        return () => Object.assign(plant.queueFaults, PLAIN);
      });
    }
  },
};

const PLAIN = { delivery: () => [0], report: () => [0] };

const queueDelays: Option = {
  name: 'queue-delays',
  rows: [31],
  description: 'The queue holds operations back, or loses the report of one.',
  arm(plant, random, safetyMs) {
    for (const window of windows(random, safetyMs, SOME, LENGTHS))
      during(plant, window, () => {
        plant.queueFaults.delivery = ({ id }) => {
          if (random.next() < 0.7) return [0];
          plant.fired(this.name, id);
          return [random.below(2_500)];
        };
        plant.queueFaults.report = ({ operation }) => {
          if (random.next() < 0.8) return [0];
          plant.fired(this.name, operation.id);
          return [];
        };
        return () => Object.assign(plant.queueFaults, PLAIN);
      });
  },
};

const leaseLost: Option = {
  name: 'lease-lost',
  rows: [32],
  description: 'The lease is taken from the leader while it works, or it cannot renew it.',
  arm(plant, random, safetyMs) {
    for (const window of windows(random, safetyMs, SOME, LENGTHS)) {
      const taken = random.next() < 0.5;
      during(plant, window, () => {
        const victim = plant.leader;
        if (victim === null) return () => undefined;
        plant.fired(this.name, victim.name);
        if (taken) plant.leases.takeAway();
        else plant.leases.cut.add(victim.name);
        return () => void plant.leases.cut.delete(victim.name);
      });
    }
  },
};

const clockStep: Option = {
  name: 'clock-step',
  rows: [36],
  description: 'The wall clock of a controller steps by seconds to a day, forward or back.',
  arm(plant, random, safetyMs) {
    for (const { fromMs } of windows(random, safetyMs, SOME, NONE)) {
      const process = oneOf(random, plant.processes);
      const size = oneOf(random, [5_000, 60_000, 600_000, DAY_MS]);
      const stepMs = Math.round((random.next() < 0.5 ? -1 : 1) * size * (0.5 + random.next() / 2));
      plant.at(fromMs, () => {
        const victim = plant.leader ?? process;
        victim.clock.skewMs += stepMs;
        plant.fired(this.name, `${victim.name} ${stepMs} ms`);
      });
    }
  },
};

const clockSkew: Option = {
  name: 'clock-skew',
  rows: [36],
  description: 'The wall clocks of the two machines differ by up to minutes, all the time.',
  arm(plant, random) {
    for (const process of plant.processes) {
      process.clock.skewMs = random.below(240_000) - 120_000;
      plant.fired(this.name, `${process.name} ${process.clock.skewMs} ms`);
    }
  },
};

export const CLOCK_AND_QUEUE_FAULTS: readonly Option[] = [
  queueRepeats,
  queueDelays,
  leaseLost,
  clockStep,
  clockSkew,
];
