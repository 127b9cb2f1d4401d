import type { Change, Objective } from '@weir/core/model';
import { Histogram } from '@weir/sim';
import { seriesKey, type Observed } from './alternative';
import { compare } from './compare';

const change = {
  objectiveId: 'own',
  verify: {
    minGainRatio: 0.05,
    harm: { objectiveRatio: 0.1, otherObjectivesRatio: 0.1, lossIncrease: 0.01 },
  },
  plan: { touches: { links: ['leaf1:eth1'] } },
} as unknown as Change;
const objective = (id: string, thresholdMs: number | null = null) =>
  ({
    id,
    workloads: [id],
    metric: 'iteration-time',
    quantile: 0.95,
    thresholdMs,
  }) as unknown as Objective;
const window = { fromMs: 0, toMs: 20_000 };

function observed(values: Readonly<Record<string, number>>, loss = 0): Observed {
  const histograms = Object.entries(values).map(([workload, ms]) => {
    const histogram = new Histogram();
    histogram.record(ms, 40);
    return [seriesKey(workload, 'iteration-time'), histogram] as const;
  });
  return { histograms: new Map(histograms), lossRatio: new Map([['leaf1:eth1', loss]]) };
}
const truth = (
  without: Observed,
  withIt: Observed,
  objectives = [objective('own'), objective('other', 300)],
) => compare(change, objectives, { without, with: withIt }, window);

describe('what a change truly did', () => {
  it.each([
    [400, 300, 'improved'],
    // Four per cent are less than what counts.
    [400, 384, 'no-effect'],
    [400, 436, 'no-effect'],
    [400, 444, 'harmed'],
  ])('%d ms without it and %d ms with it is %s', (without, withIt, effect) => {
    const found = truth(observed({ own: without }), observed({ own: withIt }));
    expect(found).toMatchObject({ effect, withoutMs: without, withMs: withIt, window });
    expect(found.effectRatio).toBeCloseTo(withIt / without - 1);
  });

  it('sees harm to others, unless they are far below their threshold', () => {
    const harmed = truth(observed({ own: 400, other: 260 }), observed({ own: 300, other: 290 }));
    expect(harmed).toMatchObject({ effect: 'harmed' });
    expect(harmed.evidence[0]).toContain('other is 11.5 % worse');
    const easy = truth(observed({ own: 400, other: 20 }), observed({ own: 300, other: 40 }));
    expect(easy.effect).toBe('improved');
  });

  it('sees loss on the links that it touches', () => {
    const found = truth(observed({ own: 400 }, 0.001), observed({ own: 300 }, 0.02));
    expect(found.effect).toBe('harmed');
    expect(found.evidence[0]).toContain('loss on leaf1:eth1 is 2.0 %');
  });

  it('says nothing of an objective that was not observed', () => {
    expect(truth(observed({}), observed({ own: 300 }))).toMatchObject({
      effect: 'no-effect',
      withoutMs: null,
      effectRatio: null,
    });
  });
});
