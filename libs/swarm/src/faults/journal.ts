import type { Plant } from '../plant/plant';
import type { AppendFate } from '../plant/disk';
import type { FaultOption } from './fault-option';
import { during, windows } from './windows';

type Option = FaultOption<Plant>;

const NONE = { leastMs: 0, mostMs: 0 };

/** An option under which some appends fail, for whoever writes. */
const failing = (name: string, fate: AppendFate, description: string): Option => ({
  name,
  rows: [34],
  description,
  arm(plant, random, safetyMs) {
    const lengths = { leastMs: 2_000, mostMs: 15_000 };
    for (const window of windows(random, safetyMs, { least: 1, most: 3 }, lengths))
      during(plant, window, () => {
        const before = plant.disk.fateOf;
        plant.disk.fateOf = (process) => {
          if (random.next() < 0.7) return before(process);
          plant.fired(name, process);
          return fate;
        };
        return () => {
          plant.disk.fateOf = () => 'written';
        };
      });
  },
});

const refused = failing('disk-full', 'refused', 'The journal cannot be written.');

const lostAnswer = failing(
  'fsync-error',
  'lost-answer',
  'Records are written, but the writer is told that they are not.',
);

const tornTail: Option = {
  name: 'torn-tail',
  rows: [35],
  description: 'A process is killed while it appends; the first of its records are there.',
  arm(plant, random, safetyMs) {
    plant.disk.tornPrefix = (records) => {
      plant.fired(this.name, `${records} records`);
      return random.below(records + 1);
    };
    for (const { fromMs } of windows(random, safetyMs, { least: 1, most: 4 }, NONE))
      plant.at(fromMs, () => {
        const end = plant.disk.onAppend((process) => {
          end();
          plant.processes.find(({ name }) => name === process)?.crash('killed while appending');
        });
        plant.heal(end);
      });
  },
};

const damaged: Option = {
  name: 'journal-damaged',
  rows: [35, 40],
  description: 'A record in the middle of the journal is not what was written; a process starts.',
  arm(plant, random, safetyMs) {
    for (const { fromMs } of windows(random, safetyMs, { least: 1, most: 2 }, NONE)) {
      const repairMs = 5_000 + random.below(30_000);
      plant.at(fromMs, () => {
        const { length } = plant.disk.store;
        if (length < 3) return;
        plant.disk.damage(1 + random.below(length - 2));
        plant.fired(this.name, `of ${length} records`);
        const restore = plant.heal(() => {
          plant.disk.restore();
          plant.over(this.name, '');
        });
        plant.time.after(repairMs, restore);
        for (const process of plant.processes) process.crash('killed');
      });
    }
  },
};

export const JOURNAL_FAULTS: readonly Option[] = [refused, lostAnswer, tornTail, damaged];
