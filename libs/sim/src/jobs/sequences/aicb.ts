import { ok, refuse, type Result } from '@weir/core/base';
import type { RankGroups } from '../job';
import { stepsOf, type Call, type Operation, type Sequence, type SequenceOptions } from './call';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  all_reduce: 'all-reduce',
  all_gather: 'all-gather',
  reduce_scatter: 'reduce-scatter',
  all_to_all: 'all-to-all',
  broadcast: 'broadcast',
};
/** Entries that move nothing: an iteration's end, and barriers, which a step is anyway. */
const SILENT = new Set(['epoch_end', 'barrier']);

interface Row {
  readonly line: number;
  readonly operation: string;
  readonly group: string;
  readonly size: number | null;
  readonly bytes: number;
  readonly stage: string;
  readonly elapsedMs: number;
}

/**
 * One iteration of a sequence of AICB (github.com/aliyun/aicb, workload/physical): comma separated,
 * `comm_type,comm_group,comm_group_size,msg_size,stage,...`, found by the names in the header. What
 * comes before the first `epoch_end`, or belongs to a stage `init` or `warmup`, is set-up and left
 * out. Elapsed times of `computation` rows are ms. Megatron's order of ranks: tensor groups are
 * neighbours, expert groups next, then data groups. Refused with `request-invalid` and the line.
 */
export function parseAicb(text: string, options: SequenceOptions): Result<Sequence> {
  const lines = text.split(/\r?\n/);
  const header = lines.findIndex((line) => line.startsWith('comm_type,'));
  if (header < 0) return refuse('request-invalid', 'line 1', 'no header with comm_type');
  const columns = (lines[header] ?? '').split(',');
  const rows: Row[] = [];
  for (let i = header + 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line.trim() === '') continue;
    const row = rowOf(fieldsOf(line), columns, i + 1);
    if (!Number.isFinite(row.bytes) || row.bytes < 0) {
      return refuse('request-invalid', `line ${i + 1}`, 'msg_size is not a number of bytes');
    }
    rows.push(row);
  }
  const calls: Call[] = [];
  const sizes = groupSizes(rows);
  for (const row of iterationOf(rows)) {
    const call = callOf(row, sizes);
    if (!call.ok) return call;
    if (call.value !== null) calls.push(call.value);
  }
  if (calls.length === 0) return refuse('request-invalid', 'line 1', 'no iteration in the file');
  const ranks = /rank(\d+)\s*\]/.exec(lines[0] ?? '')?.[1];
  const accelerators = ranks === undefined ? null : Number(ranks) + 1;
  return ok({ steps: stepsOf(calls, options), accelerators });
}

/** Fields of a line; a tuple of tensor shapes has commas of its own inside quotes or brackets. */
function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  let field = '';
  let depth = 0;
  let quoted = false;
  for (const sign of line) {
    if (sign === '"') quoted = !quoted;
    else if (sign === ',' && depth === 0 && !quoted) {
      fields.push(field);
      field = '';
    } else {
      if (sign === '(') depth += 1;
      if (sign === ')') depth -= 1;
      field += sign;
    }
  }
  return [...fields, field];
}

function rowOf(fields: readonly string[], columns: readonly string[], line: number): Row {
  const value = (column: string): string => fields[columns.indexOf(column)] ?? '';
  const number = (column: string): number | null => {
    const text = value(column);
    return text === '' || text === 'None' ? null : Number(text);
  };
  const operation = value('comm_type').replace('CommType.', '');
  return {
    line,
    operation,
    group: value('comm_group').replace('CommGroup.', ''),
    size: number('comm_group_size'),
    bytes: operation === 'computation' ? 0 : (number('msg_size') ?? 0),
    stage: value('stage'),
    elapsedMs: number('_elapsed_time') ?? 0,
  };
}

function iterationOf(rows: readonly Row[]): Row[] {
  const ends = rows.flatMap(({ operation }, index) => (operation === 'epoch_end' ? [index] : []));
  const [first, second] = ends;
  const after = second === undefined ? rows : rows.slice((first ?? -1) + 1, second);
  return after.filter(({ stage }) => !stage.startsWith('init') && stage !== 'warmup');
}

function groupSizes(rows: readonly Row[]): ReadonlyMap<string, number> {
  return new Map(rows.flatMap(({ group, size }) => (size === null ? [] : [[group, size]])));
}

function groupsOf({ group, size }: Row, sizes: ReadonlyMap<string, number>): RankGroups | null {
  if (size === null || group === 'all') return null;
  const tensor = sizes.get('tp_group') ?? 1;
  const expert = sizes.get('ep_group') ?? 1;
  if (group === 'tp_group') return { size, stride: 1 };
  return { size, stride: group === 'ep_dp_group' ? tensor * expert : tensor };
}

function callOf(row: Row, sizes: ReadonlyMap<string, number>): Result<Call | null> {
  if (SILENT.has(row.operation)) return ok(null);
  if (row.operation === 'computation') {
    return ok({ computeMs: row.elapsedMs, operation: null, groups: null, bytes: 0 });
  }
  const operation = OPERATIONS[row.operation];
  if (operation === undefined) {
    const reason = `${row.operation} is not a collective that can be simulated`;
    return refuse('request-invalid', `line ${row.line}`, reason);
  }
  return ok({ computeMs: 0, operation, groups: groupsOf(row, sizes), bytes: row.bytes });
}
