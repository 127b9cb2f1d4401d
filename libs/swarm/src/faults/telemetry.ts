import type { DeviceId } from '@weir/core/model';
import type { Plant } from '../plant/plant';
import type { TimelineEvent } from '../timeline';
import type { FaultOption } from './fault-option';
import { during, oneOf, windows } from './windows';

type Option = FaultOption<Plant>;
type Worth = Extract<TimelineEvent, { kind: 'telemetry' }>['worth'];

const SOME = { least: 1, most: 4 };
const LENGTHS = { leastMs: 3_000, mostMs: 25_000 };

/** Spoils it, and returns what ends that. `port`: of the device, where one of them is spoilt only. */
type Spoil = (
  plant: Plant,
  device: DeviceId,
  draw: (bound: number) => number,
  port: string,
) => () => void;

const portsOf = (plant: Plant, device: DeviceId): readonly string[] => [
  ...(plant.fabric.topology.devices.get(device)?.interfaces.keys() ?? []),
];

/** An option that spoils what some switches tell for a while, and says what it is worth then. */
function spoiling(
  name: string,
  rows: readonly number[],
  description: string,
  worth: Worth,
  begin: Spoil,
  onePort = false,
): Option {
  return {
    name,
    rows,
    description,
    arm(plant, random, safetyMs) {
      for (const window of windows(random, safetyMs, SOME, LENGTHS)) {
        const device = oneOf(random, plant.deviceIds);
        const port = onePort ? oneOf(random, portsOf(plant, device)) : '';
        const ports = onePort ? { ports: [port] } : {};
        during(plant, window, () => {
          plant.fired(name, device);
          plant.timeline.write({ kind: 'telemetry', device, worth, ...ports });
          const end = begin(plant, device, (bound) => random.below(bound), port);
          return () => {
            end();
            plant.timeline.write({ kind: 'telemetry', device, worth: 'good', ...ports });
            plant.over(name, device);
          };
        });
      }
    },
  };
}

const streamCut = spoiling(
  'stream-cut',
  [1],
  'The stream of a switch ends and begins anew.',
  'missing',
  (plant, device) => {
    plant.cutStreams.add(device);
    return () => void plant.cutStreams.delete(device);
  },
);

const halfSync = spoiling(
  'half-sync',
  [9],
  'A stream begins, half of the leaves come, and then nothing more for a while.',
  'missing',
  (plant, device) => {
    const { faults } = plant.exporterOf(device);
    faults.halfSync = true;
    plant.dropStreams(device);
    return () => {
      faults.halfSync = false;
    };
  },
);

const silence = spoiling(
  'silent-stall',
  [2],
  'The stream is there, and nothing comes.',
  'stale',
  (plant, device) => {
    const { faults } = plant.exporterOf(device);
    faults.silent = true;
    return () => {
      faults.silent = false;
    };
  },
);

const shuffled = spoiling(
  'shuffled-samples',
  [3],
  'Samples come twice, in another order, and older ones come again.',
  'good',
  (plant, device, draw) => {
    const { faults } = plant.exporterOf(device);
    faults.repeats = draw(3);
    faults.shuffled = true;
    return () => {
      faults.repeats = 0;
      faults.shuffled = false;
    };
  },
);

const counterReset = spoiling(
  'counter-reset',
  [4],
  'Counters begin again, or wrap.',
  'good',
  (plant, device, draw) => {
    const { faults } = plant.exporterOf(device);
    if (draw(2) === 0) plant.resetCounters(device);
    else faults.wrapAt = 2 ** (32 + draw(4));
    return () => {
      faults.wrapAt = Infinity;
    };
  },
);

const deviceClock = spoiling(
  'device-clock',
  [5],
  'The clock of a switch jumps, forward or back, by up to an hour.',
  'good',
  (plant, device, draw) => {
    const { faults } = plant.exporterOf(device);
    faults.clockMs = draw(7_200_000) - 3_600_000;
    return () => {
      faults.clockMs = 0;
    };
  },
);

const lies = spoiling(
  'lying-telemetry',
  [6],
  'A switch counts more or less than it sends: the other ends tell something else.',
  'wrong',
  (plant, device, draw) => {
    const { faults } = plant.exporterOf(device);
    faults.lieRatio = draw(2) === 0 ? 0.2 : 3;
    return () => {
      faults.lieRatio = 1;
    };
  },
);

const deleted = spoiling(
  'leaves-deleted',
  [10],
  'A switch deletes the leaves of its ports, and tells nothing of them any more.',
  'missing',
  (plant, device) => {
    for (const port of portsOf(plant, device)) plant.deletePort(device, port);
    return () => {
      plant.exporterOf(device).faults.deleted.clear();
    };
  },
);

const portDeleted = spoiling(
  'port-deleted',
  [10],
  'A switch deletes the leaves of one port; the others go on.',
  'missing',
  (plant, device, _, port) => {
    plant.deletePort(device, port);
    return () => void plant.exporterOf(device).faults.deleted.delete(`${device}:${port}`);
  },
  true,
);

const flapping: Option = {
  name: 'flapping-load',
  rows: [11],
  description: 'A link is hot, and not, and hot again, every few seconds.',
  arm(plant, random, safetyMs) {
    const lengths = { leastMs: 20_000, mostMs: 50_000 };
    for (const [i, window] of windows(random, safetyMs, { least: 1, most: 2 }, lengths).entries()) {
      const { from, to } = oneOf(random, plant.traffic.flows);
      const via = oneOf(random, plant.fabric.spines);
      const periodMs = 3_000 + random.below(6_000);
      during(plant, window, () => {
        let hot = false;
        let over = false;
        const flip = (): void => {
          if (over) return;
          hot = !hot;
          plant.fired(this.name, `${from}:${via}`);
          plant.setBackground(`flap-${i}`, hot ? { from, via, to, ratio: 0.9 } : null);
          plant.time.after(periodMs, flip);
        };
        flip();
        return () => {
          over = true;
          plant.setBackground(`flap-${i}`, null);
        };
      });
    }
  },
};

export const TELEMETRY_FAULTS: readonly Option[] = [
  streamCut,
  halfSync,
  silence,
  shuffled,
  counterReset,
  deviceClock,
  lies,
  deleted,
  portDeleted,
  flapping,
];
