import type { SplitProgram } from '@weir/core/ports';

/** Digits of a coefficient: more than the solver's tolerances tell apart. */
const DIGITS = 10;

const numberText = (value: number): string => String(Number(value.toPrecision(DIGITS)));

const isFree = ({ pathStart, demand }: SplitProgram, k: number): boolean =>
  pathStart[k + 1]! - pathStart[k]! > 1 && demand[k]! > 0;

/**
 * The program in CPLEX LP format: `u` is the largest utilisation, `f<p>` what path p carries of its
 * commodity, in units of the largest capacity so that the solver's tolerances mean something. What
 * has one path only is a constant of its links. Short names: the reader's time goes by characters.
 */
export function linearProgram(program: SplitProgram): string {
  const { capacity, pathStart, linkStart, links, parts, demand } = program;
  const unit = capacity.reduce((most, value) => Math.max(most, value), 0);
  const fixed = new Float64Array(capacity.length);
  const onLink = Array.from(capacity, (): string[] => []);
  const rows: string[] = [];
  for (let k = 0; k < demand.length; k++) {
    const own: string[] = [];
    for (let p = pathStart[k]!; p < pathStart[k + 1]!; p++) {
      own.push(`f${p}`);
      for (let at = linkStart[p]!; at < linkStart[p + 1]!; at++) {
        const part = parts[at]!;
        const e = links[at]!;
        if (!isFree(program, k)) fixed[e] = fixed[e]! + (demand[k]! * part) / unit;
        else onLink[e]!.push(part === 1 ? `f${p}` : `${numberText(part)} f${p}`);
      }
    }
    if (isFree(program, k)) rows.push(`${own.join('+')} = ${numberText(demand[k]! / unit)}`);
  }
  onLink.forEach((flows, e) => {
    if (flows.length === 0 && fixed[e] === 0) return;
    const room = `${numberText(capacity[e]! / unit)} u`;
    rows.push(`${flows.join('+')} - ${room} <= ${numberText(-fixed[e]!)}`);
  });
  return `Minimize\n u\nSubject To\n${rows.join('\n')}\nEnd\n`;
}

/** Shares by path from what each carries (`f<p>`); what is not in the program is split evenly. */
export function splitOf(
  program: SplitProgram,
  carried: (path: number) => number,
): Float64Array<ArrayBuffer> {
  const { pathStart, linkStart, demand } = program;
  const split = new Float64Array(linkStart.length - 1);
  for (let k = 0; k < demand.length; k++) {
    const [first, end] = [pathStart[k]!, pathStart[k + 1]!];
    let sum = 0;
    for (let p = first; p < end; p++) {
      split[p] = isFree(program, k) ? Math.max(0, carried(p)) : 0;
      sum += split[p]!;
    }
    for (let p = first; p < end; p++) split[p] = sum > 0 ? split[p]! / sum : 1 / (end - first);
  }
  return split;
}
