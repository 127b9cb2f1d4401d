import { DaemonDouble } from '../testing/daemon-double';
import { weir } from '../testing/weir';

const SCORE = {
  rule: 'reroute',
  group: 'pod1',
  shadow: { decided: 7, 'not-needed': 2, helped: 3, 'no-gain': 1, harmed: 0, unknown: 1 },
  real: { improved: 4, 'no-effect': 1, harmed: 0, inconclusive: 0, kept: 4, undone: 1 },
  calibration: { count: 5, predicted: -2, measured: -1.5, squaredError: 0.05 },
};
const SHADOW = {
  id: 'shadow-9',
  rule: 'reroute',
  group: 'pod1',
  objectiveId: 'LatencyObjective/chat',
  incident: 'inc-1',
  changeId: null,
  why: 'observe',
  detail: '',
  action: { type: 'reroute', routes: [] },
  predicted: {
    gainRatio: -0.42,
    uncertaintyRatio: 0.25,
    maxUtilizationBefore: 0.9,
    maxUtilizationAfter: 0.5,
    explanation: '',
  },
  decidedMs: 1_000,
  settledMs: 2_000,
  dueMs: 9_000,
  beforeMs: 50,
  score: {
    outcome: 'helped',
    gainRatio: -0.4,
    uncertaintyRatio: 0.25,
    afterMs: 48,
    samples: 20,
    evidence: ['median since then: 48 ms'],
  },
};

describe('weir scores', () => {
  let daemon: DaemonDouble;
  beforeEach(async () => {
    daemon = await DaemonDouble.start();
    daemon.on('GET /v1/scores', () => ({ items: [SCORE], next: null }));
    daemon.on('GET /v1/shadows', () => ({
      items: [SHADOW, { ...SHADOW, id: 'shadow-8', score: null }],
      next: null,
    }));
  });
  afterEach(() => daemon.stop());
  const run = (...args: string[]) => weir(['--server', daemon.url, 'scores', ...args]);

  it('shows what was measured beside what would have been', async () => {
    const { exitCode, stdout } = await run();
    expect(stdout).toMatch(/\nreroute +pod1 +4 +1 +0 +0 +4 +1 +-40 % +-30 % +10 %\n/);
    expect(stdout).toMatch(/\nreroute +pod1 +7 +4 +3 +1 +0 +2 +1\n/);
    expect(exitCode).toBe(0);
    expect(JSON.parse((await run('-o', 'json')).stdout)).toEqual({ items: [SCORE] });
  });

  it('says that nothing was scored yet', async () => {
    daemon.on('GET /v1/scores', () => ({ items: [], next: null }));
    expect((await run()).stdout).toBe('no decision was scored yet\n');
  });

  it('lists the decisions, with those that are not due yet', async () => {
    const { stdout } = await run('--decisions');
    expect(stdout).toMatch(/\nshadow-9 .* reroute +observe +-42 % +helped/);
    expect(stdout).toMatch(/\nshadow-8 .* not due yet/);
  });
});
