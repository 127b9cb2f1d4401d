import type { ChangeView, IncidentView } from '@weir/contracts';
import { broken, incidentReport, type DemoReport } from './report';

const incident = {
  observedMs: 11_000,
  detectedMs: 12_500,
  healthyQuantileMs: 13.333,
  degradedQuantileMs: 30,
} as IncidentView;

const change = {
  id: 'chg-1',
  rule: 'reroute',
  cause: 'congestion',
  state: 'confirmed',
  reason: '',
  times: { decided: 12_600, applied: 13_000, verified: 18_000 },
  verdict: { verdict: 'improved', beforeMs: 31.239, afterMs: 12.9 },
} as unknown as ChangeView;

const kept = (rule: string) => incidentReport(incident, { ...change, rule }, 10_000);
const good: DemoReport = {
  incidents: ['reroute', 'buffer', 'ecn'].map(kept),
  harmful: { verdict: 'harmed', state: 'rolled back', configRestored: true },
  dryRun: { setsSent: 0, plan: {} as never },
  journal: { records: 90, chain: 'ok' },
};

describe('the report of the demonstration', () => {
  it('gives what was measured, from the moment of the cause on', () => {
    expect(kept('reroute')).toEqual({
      rule: 'reroute',
      cause: 'congestion',
      changeId: 'chg-1',
      verdict: 'improved',
      p95Ms: { healthy: 13.33, degraded: 31.24, after: 12.9 },
      seconds: { observed: 1, detected: 2.5, decided: 2.6, applied: 3, verified: 8 },
    });
  });

  it('says where a change stands that got no verdict, and invents no figure', () => {
    const stuck = {
      ...change,
      state: 'rejected',
      reason: 'blast-radius',
      verdict: null,
      times: {},
    };
    const report = incidentReport(incident, stuck as unknown as ChangeView, 10_000);
    expect(report.verdict).toBe('none (rejected: blast-radius)');
    expect(report.p95Ms).toEqual({ healthy: 13.33, degraded: 30, after: null });
    expect(report.seconds.applied).toBeNull();
  });

  it('finds no broken promise in a good run', () => {
    expect(broken(good)).toEqual([]);
  });

  it.each<[string, Partial<DemoReport>, string]>([
    ['a rule that did not act', { incidents: [kept('reroute'), kept('ecn')] }, 'buffer'],
    [
      'a repair that did not help',
      { incidents: good.incidents.map((entry) => ({ ...entry, verdict: 'no-effect' })) },
      'verdict no-effect',
    ],
    ['harm that was kept', { harmful: { ...good.harmful, state: 'confirmed' } }, 'state confirmed'],
    [
      'a configuration that is not as before',
      { harmful: { ...good.harmful, configRestored: false } },
      'not as it was',
    ],
    ['a Set in suggest mode', { dryRun: { ...good.dryRun, setsSent: 1 } }, '1 Sets'],
    ['no plan', { dryRun: { setsSent: 0, plan: null } }, 'no plan'],
    ['a broken chain', { journal: { records: 3, chain: 'broken' } }, 'chain broken'],
  ])('names %s', (_, part, words) => {
    expect(broken({ ...good, ...part }).join('\n')).toContain(words);
  });
});
