import { assert, refuse, ok, type Random, type Result } from '@weir/core/base';

/** One flow from host number `source` to `destination`, both from 0. */
export interface PatternFlow {
  readonly source: number;
  readonly destination: number;
}

/** `10.E.0.H`: host H of edge switch E of a fat tree with two hosts at an edge switch. */
const ADDRESS = /^10\.(\d{1,3})\.0\.(\d{1,3})$/;
const HOSTS_PER_EDGE = 2;
const EDGES = 8;

/**
 * A traffic pattern of Hedera's evaluation as CSV (iroko's `dc_gym/inputs`): a header, then
 * `src,dst,...` with the addresses of a fat tree of k = 4. Blank lines are skipped; a row that is
 * no flow between two of the 16 hosts is refused with its line.
 */
export function readPattern(name: string, text: string): Result<PatternFlow[]> {
  const flows: PatternFlow[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (at === 0 || line.trim() === '') continue;
    const [source, destination] = line.split(',').map(hostOf);
    if (source === undefined || destination === undefined || source < 0 || destination < 0)
      return refuse('request-invalid', `${name}:${at + 1}`, `no flow between two hosts: ${line}`);
    flows.push({ source, destination });
  }
  return ok(flows);
}

function hostOf(address: string): number {
  const match = ADDRESS.exec(address.trim());
  const [edge, host] = [Number(match?.[1]), Number(match?.[2])];
  if (!(edge >= 1 && edge <= EDGES && host >= 1 && host <= HOSTS_PER_EDGE)) return -1;
  return (edge - 1) * HOSTS_PER_EDGE + host - 1;
}

/** Host i sends to host i + step. */
export function stridePattern(hosts: number, step: number): PatternFlow[] {
  return Array.from({ length: hosts }, (_, source) => ({
    source,
    destination: (source + step) % hosts,
  }));
}

/** Every host sends to one other and receives from one other. */
export function randomBijection(hosts: number, random: Random): PatternFlow[] {
  assert(hosts > 1, 'there is somebody else to send to');
  for (;;) {
    const to = Array.from({ length: hosts }, (_, i) => i);
    for (let i = hosts - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [to[i], to[j]] = [to[j] as number, to[i] as number];
    }
    if (to.every((destination, source) => destination !== source))
      return to.map((destination, source) => ({ source, destination }));
  }
}
