import type { ChangeResult, IncidentResult, RunResult } from '../result';
import { built, ran, smallScenario } from '../testing/small-scenario';
import { checkExpectations } from './expectations';

jest.setTimeout(60_000);

const incident = (name: string, at = 'leaf1:eth1') =>
  ({ causes: [{ name, at, score: 1, evidence: [] }] }) as unknown as IncidentResult;
const change = (fields: Partial<ChangeResult>) =>
  ({ applied: true, rule: 'reroute', times: {}, score: 'right', ...fields }) as ChangeResult;

describe('expectations of a scenario', () => {
  let off: RunResult;
  beforeAll(async () => {
    off = await ran(smallScenario(), { loop: 'off' });
  });

  /** What fails of `expect` for a run with these incidents and changes. */
  function missed(expect: string, facts: Partial<RunResult>): string[] {
    const text = smallScenario().replace(/expect: .*/, `expect: ${expect}`);
    return checkExpectations(built(text), { ...off, ...facts })
      .filter((result) => !result.passed)
      .map(({ path, actual }) => `${path.replace('spec.expect.', '')} ${actual}`);
  }

  it('counts changes that reached a switch by what became of them', () => {
    const changes = [
      change({ outcome: 'kept' }),
      change({ outcome: 'kept', score: 'kept-but-harmful' }),
      change({ outcome: 'undone', score: 'undone-but-good' }),
      change({ outcome: 'not-applied', applied: false, score: null }),
    ];
    const run = (expect: string) => missed(expect, { changes });
    expect(run('{ changes: { min: 3, max: 3 }, kept: { min: 2 }, undone: { max: 1 } }')).toEqual(
      [],
    );
    expect(run('{ changes: { max: 2 } }')).toEqual(['changes.max 3']);
    expect(run('{ harmfulKept: { max: 0 }, wrongVerdicts: { max: 1 } }')).toEqual([
      'wrongVerdicts.max 2',
      'harmfulKept.max 1',
    ]);
    expect(run('{ rules: [reroute] }')).toEqual([]);
    expect(run('{ rules: [ecn] }')).toEqual(['rules reroute']);
  });

  it('holds the first cause of every incident against those allowed', () => {
    const incidents = [incident('congestion'), incident('incast', 'leaf2:eth9')];
    const run = (expect: string) => missed(expect, { incidents });
    expect(run('{ causes: [incast, congestion], causeAt: ["leaf2:eth9"] }')).toEqual([]);
    expect(run('{ causes: [congestion] }')).toEqual(['causes congestion, incast']);
    expect(run('{ causeAt: ["leaf3:eth1"] }')).toEqual(['causeAt leaf1:eth1, leaf2:eth9']);
    expect(run('{ incidents: { max: 1 } }')).toEqual(['incidents.max 2']);
  });

  it('takes the time of the reaction from the first event', () => {
    const changes = [
      change({ times: { applying: 14_000 } }),
      change({ times: { applying: 13_000 } }),
    ];
    expect(missed('{ firstChangeWithinMs: 3000 }', { changes })).toEqual([]);
    expect(missed('{ firstChangeWithinMs: 2999 }', { changes })).toEqual([
      'firstChangeWithinMs 3000 ms',
    ]);
    expect(missed('{ firstChangeWithinMs: 9999 }', {})).toEqual(['firstChangeWithinMs no change']);
  });

  it('holds figures against limits, and against the time before', () => {
    const end = (limits: string) => `{ measures: [{ workload: api, ${limits} }] }`;
    const result = (text: string) => missed(text, {});
    const latency = off.measures[0]?.windows.end.headline ?? NaN;
    expect(result(end('max: 100000'))).toEqual([]);
    expect(result(end(`max: ${latency * 0.99}`))).toHaveLength(1);
    expect(result(end(`min: ${latency * 1.01}`))).toHaveLength(1);
    expect(result(end('maxRatioToBefore: 1.1'))).toHaveLength(1);
    expect(result(end('maxRatioToBefore: 100'))).toEqual([]);
  });
});
