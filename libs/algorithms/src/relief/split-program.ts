import type { ReliefProblem, SplitProgram } from '@weir/core/ports';
import { pathProblem, type PathProblem } from '../traffic-engineering';
import { isUsable, Loads } from './loads';
import { decidingGroups, type Shares } from './whole-moves';

/** A relief as splits over paths: what weights alone decide, everything else as it is. */
export interface SplitForm {
  readonly problem: PathProblem;
  readonly demand: Float64Array;
  /** Item of each of the first commodities; those after them stand for what stays. */
  readonly items: readonly number[];
  /** Next hop of each path of those. */
  readonly choices: readonly number[];
  /** Shares by path to begin with. */
  readonly start: Float64Array;
}

/**
 * The linear program behind a relief, given where whole moves have put things. Free are the items
 * of as many devices as may decide anew; elephants stay where they are, since no weight spreads
 * them. What stays on a link is a commodity with that link as its only path. Links that do not
 * matter may get as hot as they are or as the hottest that matters is now: at the utilisation that
 * is aimed for their capacity is what that comes to.
 */
export function splitForm(problem: ReliefProblem, moved: Shares): SplitForm | null {
  const groups = new Set(decidingGroups(problem));
  moved.forEach((shares, i) => {
    if (shares !== null && groups.size < problem.maxGroups) groups.add(problem.items[i]!.group);
  });
  const loads = new Loads(problem);
  const before = loads.hottest();
  const items: number[] = [];
  const choices: number[] = [];
  const paths: (readonly number[])[][] = [];
  const parts: (readonly number[])[][] = [];
  const start: number[] = [];
  const used = new Set<number>();
  problem.items.forEach((item, i) => {
    const shares = moved[i] ?? item.present;
    const ways = item.choices.map((_, at) => at).filter((at) => isUsable(problem, item, at));
    const isFree = groups.has(item.group) && !item.isElephant && ways.length > 1;
    loads.add(item, item.present, -1);
    if (!isFree) {
      loads.add(item, shares, 1);
      return;
    }
    items.push(i);
    paths.push(ways.map((at) => item.choices[at]!.channels));
    parts.push(ways.map((at) => item.choices[at]!.shares));
    start.push(...startOf(ways.map((at) => shares[at] ?? 0)));
    choices.push(...ways);
    for (const at of ways) for (const c of item.choices[at]!.channels) used.add(c);
  });
  if (items.length === 0) return null;
  const { links, capacity } = linksOf(problem, used, loads, before);
  const number = new Map(links.map((channel, link) => [channel, link]));
  const numbered = paths.map((own) => own.map((path) => path.map((c) => number.get(c)!)));
  const demand = items.map((i) => problem.items[i]!.bps);
  links.forEach((channel, link) => {
    const staying = loads.bps[channel]!;
    if (!(staying > 0)) return;
    numbered.push([[link]]);
    parts.push([[1]]);
    demand.push(staying);
    start.push(1);
  });
  return {
    problem: pathProblem(capacity, numbered, parts),
    demand: Float64Array.from(demand),
    items,
    choices,
    start: Float64Array.from(start),
  };
}

function startOf(shares: readonly number[]): readonly number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => (total > 0 ? share / total : 1 / shares.length));
}

function linksOf(
  problem: ReliefProblem,
  used: ReadonlySet<number>,
  staying: Loads,
  before: number,
): { readonly links: readonly number[]; readonly capacity: readonly number[] } {
  const { relevant, capacityBps, loadBps, targetRatio } = problem;
  const matters = new Set(relevant);
  const links: number[] = [];
  const capacity: number[] = [];
  for (const channel of new Set([...relevant, ...used])) {
    const own = capacityBps[channel] ?? 0;
    if (!(own > 0)) continue;
    links.push(channel);
    const ceiling = Math.max(loadBps[channel]!, staying.bps[channel]!, Math.min(1, before) * own);
    capacity.push(matters.has(channel) ? own : ceiling / Math.max(targetRatio, 0.05));
  }
  return { links, capacity };
}

/** Shares by item of a split by path. */
export function sharesOfSplit(
  problem: ReliefProblem,
  form: SplitForm,
  split: Float64Array,
  moved: Shares,
): Shares {
  const shares = [...moved];
  form.items.forEach((i, k) => {
    const own = problem.items[i]!.choices.map(() => 0);
    for (let p = form.problem.pathStart[k]!; p < form.problem.pathStart[k + 1]!; p++)
      own[form.choices[p]!] = split[p]!;
    shares[i] = own;
  });
  return shares;
}

export const programOf = ({ problem, demand }: SplitForm): SplitProgram => {
  const { capacity, pathStart, linkStart, links, parts } = problem;
  return { capacity, pathStart, linkStart, links, parts, demand };
};
