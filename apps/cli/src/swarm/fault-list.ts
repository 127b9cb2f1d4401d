import { FAULT_OPTIONS } from '@weir/swarm';
import { table } from '../output/table';

export interface FaultEntry {
  readonly name: string;
  readonly rows: readonly number[];
  readonly description: string;
}

/** What `--faults` takes, in the order of the names. */
export const faultEntries = (): readonly FaultEntry[] =>
  FAULT_OPTIONS.map(({ name, rows, description }) => ({ name, rows, description })).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );

export const faultListText = (): string =>
  table(
    [
      { title: 'fault', text: ({ name }) => name },
      { title: 'rows', text: ({ rows }) => rows.join(', ') },
      { title: 'what', text: ({ description }) => description },
    ],
    faultEntries(),
    false,
  );
