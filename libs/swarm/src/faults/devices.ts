import type { DeviceId } from '@weir/core/model';
import type { Asked } from '../plant/devices';
import type { Plant } from '../plant/plant';
import type { FaultOption } from './fault-option';
import { some } from './network';
import { during, oneOf, windows } from './windows';

type Option = FaultOption<Plant>;

const SOME = { least: 1, most: 4 };
const LENGTHS = { leastMs: 4_000, mostMs: 25_000 };
/** Longest time after which a Set that was answered is truly carried out, ms. */
const LATE_MS = 2_500;

const rejects: Option = {
  name: 'set-rejected',
  rows: [18],
  description: 'Some of the switches refuse what is written to them.',
  arm(plant, random, safetyMs) {
    for (const window of windows(random, safetyMs, SOME, LENGTHS)) {
      const devices = some(random, plant.deviceIds, 1 + random.below(2));
      during(plant, window, () => {
        for (const device of devices)
          plant.devices.viceOf(device).rejects = () => {
            plant.fired(this.name, device);
            return true;
          };
        return () => {
          for (const device of devices) delete plant.devices.viceOf(device).rejects;
        };
      });
    }
  },
};

const okButLate: Option = {
  name: 'ok-but-late',
  rows: [17],
  description: 'Switches answer OK and carry out the Set a while later.',
  arm(plant, random, safetyMs) {
    for (const window of windows(random, safetyMs, SOME, LENGTHS)) {
      const device = oneOf(random, plant.deviceIds);
      during(plant, window, () => {
        plant.devices.viceOf(device).appliesAfterMs = () => {
          plant.fired(this.name, device);
          return 1 + random.below(LATE_MS);
        };
        return () => delete plant.devices.viceOf(device).appliesAfterMs;
      });
    }
  },
};

const okButNever: Option = {
  name: 'ok-but-never',
  rows: [17],
  description: 'Switches answer OK and never carry out the Set.',
  arm(plant, random, safetyMs) {
    for (const window of windows(random, safetyMs, SOME, LENGTHS)) {
      const device = oneOf(random, plant.deviceIds);
      during(plant, window, () => {
        plant.devices.viceOf(device).appliesAfterMs = () => {
          plant.fired(this.name, device);
          return Infinity;
        };
        return () => delete plant.devices.viceOf(device).appliesAfterMs;
      });
    }
  },
};

const confirmLost: Option = {
  name: 'confirm-lost',
  rows: [21],
  description:
    'A confirmation is lost, or answered and carried out late, or answered and forgotten.',
  arm(plant, random, safetyMs) {
    for (const window of windows(random, safetyMs, SOME, { leastMs: 10_000, mostMs: 40_000 })) {
      const device = oneOf(random, plant.deviceIds);
      const fate = oneOf(random, ['late', 'lost', 'forgotten'] as const);
      during(plant, window, () => {
        plant.devices.viceOf(device).confirms = () => {
          plant.fired(this.name, `${device} ${fate}`);
          return fate === 'late' ? 1 + random.below(LATE_MS) : fate;
        };
        return () => delete plant.devices.viceOf(device).confirms;
      });
    }
  },
};

const noCommitConfirmed: Option = {
  name: 'no-commit-confirmed',
  rows: [28],
  description: 'Some switches drop the Commit extension without an error, all the time.',
  arm(plant, random) {
    const count = 1 + random.below(plant.deviceIds.length);
    for (const device of some(random, plant.deviceIds, count))
      plant.devices.viceOf(device).noCommit = true;
    const lacks = (device: DeviceId): boolean => plant.devices.viceOf(device).noCommit === true;
    plant.devices.watch(({ device, call, done }) => {
      if (call === 'set' && !done && lacks(device)) plant.fired(this.name, device);
    });
  },
};

const foreignCommit: Option = {
  name: 'foreign-commit',
  rows: [22],
  description: "Another person's commit waits for its confirmation on a switch.",
  arm(plant, random, safetyMs) {
    const lengths = { leastMs: 3_000, mostMs: 20_000 };
    for (const { fromMs, toMs } of windows(random, safetyMs, SOME, lengths)) {
      const device = oneOf(random, plant.deviceIds);
      const keeps = random.next() < 0.5;
      const leaf = anyWeight(plant, device, random);
      const commit = { id: `person-${fromMs}`, rollbackMs: toMs - fromMs };
      plant.at(fromMs, () => {
        void plant.devices.edit(device, [leaf], commit).then((answer) => {
          if (answer.kind === 'ok') plant.fired(this.name, device);
        });
      });
      if (keeps) plant.at(toMs - 500, () => void plant.devices.keepEdit(device, commit.id));
    }
  },
};

const rebootInWindow: Option = {
  name: 'reboot-in-window',
  rows: [23, 4],
  description: 'A switch boots while a commit waits on it, which it then loses, or keeps for good.',
  arm(plant, random, safetyMs) {
    for (const window of windows(random, safetyMs, SOME, { leastMs: 15_000, mostMs: 40_000 })) {
      const afterMs = random.below(9_000);
      const keeps = random.next() < 0.5;
      const downMs = 1_000 + random.below(8_000);
      onceAfterSet(plant, window, ({ device }) => {
        plant.at(plant.time.nowMs + afterMs, () => {
          if (plant.devices.isDown(device)) return;
          plant.fired(this.name, device);
          plant.reboot(device, keeps, downMs);
        });
      });
    }
  },
};

const rollbackRefused: Option = {
  name: 'rollback-refused',
  rows: [24],
  description: 'A switch that was written refuses to be brought back.',
  arm(plant, random, safetyMs) {
    for (const window of windows(random, safetyMs, SOME, { leastMs: 15_000, mostMs: 60_000 })) {
      const lastsMs = 10_000 + random.below(120_000);
      onceAfterSet(plant, window, ({ device }) => {
        plant.devices.viceOf(device).refusesRollback = () => {
          plant.fired(this.name, device);
          return true;
        };
        const end = plant.heal(() => delete plant.devices.viceOf(device).refusesRollback);
        plant.time.after(lastsMs, end);
      });
    }
  },
};

const managementCut: Option = {
  name: 'management-cut',
  rows: [25],
  description:
    'The way to a switch is cut while its rollback timer runs, until after it has fired.',
  arm(plant, random, safetyMs) {
    for (const window of windows(random, safetyMs, SOME, { leastMs: 15_000, mostMs: 40_000 })) {
      const afterMs = random.below(3_000);
      const overMs = random.below(10_000);
      onceAfterSet(plant, window, ({ device, rollbackMs }) => {
        plant.at(plant.time.nowMs + afterMs, () => {
          plant.fired(this.name, device);
          const end = plant.heal(plant.network.cut(device));
          plant.time.after(rollbackMs + overMs, end);
        });
      });
    }
  },
};

const personEdits: Option = {
  name: 'person-edits',
  rows: [26],
  description: 'A person changes a switch between the look at it and the Set, or after the Set.',
  arm(plant, random, safetyMs) {
    for (const window of windows(random, safetyMs, SOME, { leastMs: 10_000, mostMs: 30_000 })) {
      const before = random.next() < 0.7;
      const afterMs = before ? random.below(15) : 500 + random.below(5_000);
      once(
        plant,
        window,
        ({ call, done }) => (before ? call === 'probe' : call === 'set' && done),
        ({ device }) => {
          plant.at(plant.time.nowMs + afterMs, () => {
            const leaf = anyWeight(plant, device, random);
            void plant.devices.edit(device, [leaf]).then((answer) => {
              if (answer.kind === 'ok') plant.fired(this.name, `${device} ${leaf.path}`);
            });
          });
        },
      );
    }
  },
};

/** The next time within a window that a controller asks something of any switch. */
function once(
  plant: Plant,
  window: { readonly fromMs: number; readonly toMs: number },
  wanted: (asked: Asked) => boolean,
  act: (asked: Asked) => void,
): void {
  during(plant, window, () => {
    const end = plant.devices.watch((asked) => {
      if (!wanted(asked)) return;
      end();
      act(asked);
    });
    return end;
  });
}

const onceAfterSet = (
  plant: Plant,
  window: { readonly fromMs: number; readonly toMs: number },
  act: (asked: Asked) => void,
): void => {
  once(plant, window, ({ call, done }) => call === 'set' && done, act);
};

/** Another weight of one next hop of one route of the switch. */
function anyWeight(plant: Plant, device: DeviceId, random: { below(bound: number): number }) {
  const image = plant.devices.imageOf(device);
  const paths = [...image.keys()].filter((path) => path.endsWith('/wecmp-weight'));
  const path = paths[random.below(paths.length)] ?? '';
  const before = image.get(path) ?? null;
  return { path, before, after: String(1 + ((Number(before) + random.below(5)) % 9)) };
}

export const DEVICE_FAULTS: readonly Option[] = [
  rejects,
  okButLate,
  okButNever,
  confirmLost,
  noCommitConfirmed,
  foreignCommit,
  rebootInWindow,
  rollbackRefused,
  managementCut,
  personEdits,
];
