import { CRASH_POINTS } from '@weir/runtime';
import type { Plant } from '../plant/plant';
import type { FaultOption } from './fault-option';
import { during, oneOf, windows } from './windows';

type Option = FaultOption<Plant>;

const crashAtPoint: Option = {
  name: 'crash-at-point',
  rows: [19],
  description: 'The leader is killed as it passes a labelled point of the change path.',
  arm(plant, random, safetyMs) {
    const { name } = this;
    for (const { fromMs } of windows(random, safetyMs, { least: 1, most: 4 }, NONE)) {
      const label = oneOf(random, CRASH_POINTS);
      let passes = random.below(3);
      plant.at(fromMs, () => {
        for (const process of plant.processes) {
          const drop = process.setTrap({
            label,
            spring: () => {
              if (passes-- > 0) return 'goes-on';
              drop();
              plant.fired(name, `${process.name} ${label}`);
              process.crash(label);
              return 'killed';
            },
          });
          plant.heal(drop);
        }
      });
    }
  },
};

const NONE = { leastMs: 0, mostMs: 0 };

const crashAnytime: Option = {
  name: 'crash-anytime',
  rows: [19],
  description: 'A process is killed between any two moments, whatever it waits for.',
  arm(plant, random, safetyMs) {
    for (const { fromMs } of windows(random, safetyMs, { least: 1, most: 4 }, NONE)) {
      const process = oneOf(random, plant.processes);
      const leaderOnly = random.next() < 0.7;
      plant.at(fromMs, () => {
        const victim = leaderOnly ? (plant.leader ?? process) : process;
        if (victim.crash('killed')) plant.fired(this.name, victim.name);
      });
    }
  },
};

const pause: Option = {
  name: 'pause',
  rows: [33],
  description: 'A process is stopped (SIGSTOP) and goes on with its old epoch.',
  arm(plant, random, safetyMs) {
    const lengths = { leastMs: 500, mostMs: 30_000 };
    for (const window of windows(random, safetyMs, { least: 1, most: 3 }, lengths))
      during(plant, window, () => {
        const victim = plant.leader ?? oneOf(random, plant.processes);
        if (victim.pause()) plant.fired(this.name, victim.name);
        return () => {
          victim.resume();
          plant.over(this.name, victim.name);
        };
      });
  },
};

const pauseAtPoint: Option = {
  name: 'pause-at-point',
  rows: [32, 33],
  description: 'The leader is stopped as it passes a labelled point, and goes on later.',
  arm(plant, random, safetyMs) {
    const { name } = this;
    for (const { fromMs } of windows(random, safetyMs, { least: 1, most: 3 }, NONE)) {
      const label = oneOf(random, CRASH_POINTS);
      const lastsMs = 500 + random.below(25_000);
      plant.at(fromMs, () => {
        for (const process of plant.processes) {
          const drop = process.setTrap({
            label,
            spring: () => {
              drop();
              if (!process.pause()) return 'goes-on';
              plant.fired(name, `${process.name} ${label}`);
              const resume = plant.heal(() => {
                process.resume();
                plant.over(name, process.name);
              });
              plant.time.after(lastsMs, resume);
              return 'goes-on';
            },
          });
          plant.heal(drop);
        }
      });
    }
  },
};

const terminate: Option = {
  name: 'terminate',
  rows: [41],
  description: 'A process is asked to end, hands over, and is started again.',
  arm(plant, random, safetyMs) {
    for (const { fromMs } of windows(random, safetyMs, { least: 1, most: 3 }, NONE))
      plant.at(fromMs, () => {
        const victim = plant.leader;
        if (victim === null) return;
        plant.fired(this.name, victim.name);
        void victim.terminate();
      });
  },
};

export const PROCESS_FAULTS: readonly Option[] = [
  crashAtPoint,
  crashAnytime,
  pause,
  pauseAtPoint,
  terminate,
];
