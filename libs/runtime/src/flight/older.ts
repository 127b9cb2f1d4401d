import type { LoopState } from '@weir/core/loop';
import type { FrameLayout } from '@weir/core/model';
import { emptyDurableState } from '@weir/core/state';

/** Columns by channel that recordings did not have from the beginning, and what stands before them. */
const LATER = ['pauseRxPps', 'pauseTxPps'] as const;
const BEFORE_THEM = 'inErrorRatio';

/**
 * A state of a recording from before some columns were there: they are unknown in it. What the fold
 * did not keep yet is empty, as in an older snapshot. They stand where the program puts them, so that the state compares with what is replayed from it.
 */
export function completed(state: LoopState, layout: FrameLayout | null): LoopState {
  const { frame, trend } = state.observed;
  const durable = { ...emptyDurableState, ...state.durable };
  if (layout === null) return { ...state, durable };
  const rows = layout.channels.length;
  return {
    durable,
    observed: {
      ...state.observed,
      frame: frame === null ? null : { ...frame, channels: withLater(frame.channels, rows) },
      trend: trend === null ? null : withLater(trend, rows),
    },
  };
}

/** Rows of channels with the columns that recordings did not always have, each by itself. */
export function withLater<Table extends object>(table: Table, rows: number): Table {
  if (LATER.every((name) => name in table)) return table;
  const entries = Object.entries(table);
  const at = entries.findIndex(([name]) => name === BEFORE_THEM) + 1 || entries.length;
  const missing = LATER.filter((name) => !(name in table));
  const unknown = missing.map((name) => [name, new Float64Array(rows).fill(NaN)] as const);
  return Object.fromEntries([...entries.slice(0, at), ...unknown, ...entries.slice(at)]) as Table;
}
