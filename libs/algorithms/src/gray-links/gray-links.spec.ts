import { seededRandom, type Random } from '@weir/core/base';
import type { PathObservation } from '@weir/core/ports';
import { greedyLikelihood } from './greedy-likelihood';
import { votedLinks } from './votes';

const LEAVES = 16;
const SPINES = 8;
const up = (leaf: number, spine: number): number => leaf * SPINES + spine;
const down = (spine: number, leaf: number): number => LEAVES * SPINES + up(leaf, spine);
const LINKS = 2 * LEAVES * SPINES;

interface Fabric {
  readonly observations: PathObservation[];
  readonly bad: ReadonlySet<number>;
}

/** Flows between random leaves of a 16x8 Clos over known paths; `bad` links lose 0.5 to 1 %. */
function fabric(
  random: Random,
  options: { bad: number; noise: number; flows: number; packets: number; sprayed?: boolean },
): Fabric {
  const loss = new Map<number, number>();
  while (loss.size < options.bad)
    loss.set(Math.floor(random.next() * LINKS), 5e-3 + 5e-3 * random.next());
  const observations: PathObservation[] = [];
  for (let flow = 0; flow < options.flows; flow++) {
    const from = Math.floor(random.next() * LEAVES);
    const to = (from + 1 + Math.floor(random.next() * (LEAVES - 1))) % LEAVES;
    const spines = options.sprayed
      ? Array.from({ length: SPINES }, (_, spine) => spine)
      : [Math.floor(random.next() * SPINES)];
    const paths = spines.map((spine) => ({
      links: [up(from, spine), down(spine, to)],
      share: 1 / spines.length,
    }));
    const ratio = paths.reduce((sum, { links, share }) => {
      const passed = links.reduce((all, link) => all * (1 - (loss.get(link) ?? 0)), 1);
      return sum + share * (1 - passed * (1 - options.noise));
    }, 0);
    observations.push({
      paths,
      sent: options.packets,
      lost: binomial(random, options.packets, ratio),
    });
  }
  return { observations, bad: new Set(loss.keys()) };
}

/** Few losses of many packets: gaps between them are geometric. */
function binomial(random: Random, count: number, ratio: number): number {
  let lost = 0;
  for (let at = 0; ; lost++) {
    at += 1 + Math.floor(Math.log(1 - random.next()) / Math.log(1 - ratio));
    if (at > count) return lost;
  }
}

function judge(found: readonly { readonly link: number }[], bad: ReadonlySet<number>) {
  const right = found.filter(({ link }) => bad.has(link)).length;
  return {
    precision: found.length === 0 ? 1 : right / found.length,
    recall: bad.size === 0 ? 1 : right / bad.size,
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('greedyLikelihood', () => {
  it('finds 1 to 8 bad links of a 16x8 Clos, all of them and no other', () => {
    for (let bad = 1; bad <= 8; bad++) {
      const random = seededRandom(100 + bad);
      const drawn = fabric(random, { bad, noise: 1e-4, flows: 8_000, packets: 500 });
      const found = greedyLikelihood(drawn.observations);
      expect(judge(found, drawn.bad)).toEqual({ precision: 1, recall: 1 });
    }
  });

  it('measures the loss of each', () => {
    const random = seededRandom(7);
    const { observations, bad } = fabric(random, {
      bad: 3,
      noise: 1e-4,
      flows: 8_000,
      packets: 500,
    });
    for (const { link, lossRatio, gain } of greedyLikelihood(observations)) {
      expect(bad.has(link)).toBe(true);
      expect(lossRatio).toBeGreaterThan(4e-3);
      expect(lossRatio).toBeLessThan(1.15e-2);
      expect(gain).toBeGreaterThan(20);
    }
  });

  it('is no worse than votes where noise is near the loss', () => {
    const figures = [1, 2, 4, 8].map((bad) => {
      const random = seededRandom(200 + bad);
      const drawn = fabric(random, { bad, noise: 3e-3, flows: 8_000, packets: 500 });
      return {
        likelihood: judge(greedyLikelihood(drawn.observations), drawn.bad),
        votes: judge(votedLinks(drawn.observations).slice(0, bad), drawn.bad),
      };
    });
    const of = (method: 'likelihood' | 'votes', figure: 'precision' | 'recall'): number =>
      mean(figures.map((row) => row[method][figure]));
    expect(of('likelihood', 'precision')).toBe(1);
    expect(of('likelihood', 'recall')).toBe(1);
    expect(of('votes', 'recall')).toBeLessThanOrEqual(1);
  });

  it('finds a bad link from sums over all ways, where their shares differ', () => {
    const random = seededRandom(11);
    const bad = up(3, 2);
    const observations: PathObservation[] = [];
    for (let round = 0; round < 40; round++) {
      const spines = Array.from({ length: SPINES }, () => random.next());
      const all = spines.reduce((sum, share) => sum + share);
      const paths = spines.map((share, spine) => ({
        links: [up(3, spine), down(spine, 5)],
        share: share / all,
      }));
      const ratio = 1 - (1 - 0.01 * (paths[2]?.share ?? 0)) * (1 - 1e-4);
      const sent = 100_000;
      observations.push({ paths, sent, lost: binomial(random, sent, ratio) });
    }
    // Both links of that way carry the same, so that either may be it; no other way is.
    const [first] = greedyLikelihood(observations);
    expect([bad, down(2, 5)]).toContain(first?.link);
    expect(first?.lossRatio).toBeGreaterThan(0.008);
    expect(first?.lossRatio).toBeLessThan(0.012);
  });

  it('finds a link that most of few observations meet, whose mean would pass for noise', () => {
    // Four services over four spines in uneven shares; three of them end behind one bad link.
    const shares = [0.1, 0.2, 0.4, 0.3];
    const service = ([from, to]: readonly [number, number]): PathObservation => ({
      paths: shares.map((share, spine) => ({ links: [up(from, spine), down(spine, to)], share })),
      sent: 800,
      lost: to === 9 ? 24 : 1,
    });
    const pairs = [
      [0, 9],
      [1, 9],
      [2, 9],
      [4, 5],
    ] as const;
    const [bad, ...others] = greedyLikelihood(pairs.map(service));
    expect(bad?.link).toBe(down(2, 9));
    expect(bad?.lossRatio).toBeCloseTo(0.07, 1);
    expect(others).toEqual([]);
  });

  it('accuses nobody where few observations differ by chance', () => {
    const random = seededRandom(13);
    for (let run = 0; run < 300; run++) {
      const observations = [0, 1, 2, 3].map((from): PathObservation => {
        const paths = [0, 1, 2, 3].map((spine) => ({
          links: [up(from, spine), down(spine, 9)],
          share: 0.25,
        }));
        return { paths, sent: 400, lost: binomial(random, 400, 0.01) };
      });
      expect(greedyLikelihood(observations)).toEqual([]);
    }
  });

  it('accuses nobody of noise', () => {
    for (const noise of [1e-5, 1e-3, 1e-2]) {
      const random = seededRandom(Math.round(1 / noise));
      const { observations } = fabric(random, { bad: 0, noise, flows: 10_000, packets: 500 });
      expect(greedyLikelihood(observations)).toEqual([]);
    }
  });

  it('says nothing of nothing', () => {
    expect(greedyLikelihood([])).toEqual([]);
    expect(greedyLikelihood([{ paths: [{ links: [1], share: 1 }], sent: 0, lost: 0 }])).toEqual([]);
  });
});

describe('votedLinks', () => {
  it('puts the bad link first where noise is low', () => {
    const random = seededRandom(3);
    const { observations, bad } = fabric(random, {
      bad: 1,
      noise: 1e-6,
      flows: 8_000,
      packets: 500,
    });
    expect(bad.has(votedLinks(observations)[0]?.link ?? -1)).toBe(true);
  });
});
