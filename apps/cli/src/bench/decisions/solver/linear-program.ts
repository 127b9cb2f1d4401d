import { commodityCount, type PathProblem } from '@weir/algorithms';

/**
 * The same problem as a linear program in CPLEX LP format: `u` is the utilisation, `f<p>` the part
 * of path p in its commodity's volume, in units of the largest capacity so that the solver's
 * tolerances mean something. Short names: the reader's time goes by the characters.
 */
export function linearProgram(problem: PathProblem, demand: ArrayLike<number>): string {
  const { capacity, pathStart, linkStart, links } = problem;
  const unit = capacity.reduce((most, value) => Math.max(most, value), 0);
  const rows: string[] = [];
  const onLink = Array.from(capacity, (): string[] => []);
  for (let k = 0; k < commodityCount(problem); k++) {
    if (!(demand[k]! > 0)) continue;
    const flows: string[] = [];
    for (let p = pathStart[k]!; p < pathStart[k + 1]!; p++) {
      flows.push(`f${p}`);
      for (let at = linkStart[p]!; at < linkStart[p + 1]!; at++) onLink[links[at]!]!.push(`f${p}`);
    }
    rows.push(`${flows.join('+')} = ${demand[k]! / unit}`);
  }
  onLink.forEach((flows, e) => {
    if (flows.length > 0) rows.push(`${flows.join('+')} - ${capacity[e]! / unit} u <= 0`);
  });
  return `Minimize\n u\nSubject To\n${rows.join('\n')}\nEnd\n`;
}
