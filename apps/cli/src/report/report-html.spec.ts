import type { ChangeResult, MeasureResult, Run, RunResult } from '@weir/closed-loop';
import { leafSpine } from '@weir/sim';
import { reportHtml } from './report-html';
import { linearScale, logScale } from './scale';

const spec = leafSpine({ leaves: 2, spines: 2, hostPortsPerLeaf: 1 });
const channels = spec.links.flatMap((link) => [link.a, link.b]);
const atMs = [1_000, 2_000, 3_000];
const zeros = [0, 0, 0];
const figures = { count: 3, mean: 20, p50: 18, p95: 30, p99: 31, headline: 30 };
const window = { fromMs: 0, toMs: 3_000 };
const EVIL = `</script><script src="http://evil.example/x.js"></script><img src=x onerror='x'>`;

const api: MeasureResult = {
  workload: 'api',
  metric: 'request-latency',
  unit: 'ms',
  quantile: 0.95,
  windows: {
    whole: figures,
    before: { ...figures, headline: 20 },
    evaluation: figures,
    end: figures,
  },
  series: {
    count: [1, 0, 1],
    mean: [20, null, 20],
    p50: [18, null, 19],
    p95: [30, null, 29],
    p99: [31, null, 33],
  },
};
const change = {
  id: 'chg-1',
  origin: 'rule',
  rule: 'reroute',
  cause: 'congestion',
  action: 'reroute 1 route',
  state: 'rolled-back',
  reason: 'it harmed',
  objective: 'LatencyObjective/api',
  outcome: 'undone',
  applied: true,
  times: { observed: 1_000, applied: 2_000, settled: 3_000 },
  diffs: [
    {
      device: 'leaf1',
      leaves: [
        { path: '/a', before: null, after: '1' },
        { path: '/b', before: '2', after: null },
        { path: '/c', before: '3', after: EVIL },
      ],
    },
  ],
  predicted: { gainRatio: -0.4, explanation: 'less load' },
  verdict: { verdict: 'harmed', effectRatio: 0.5, pValue: 0.01, samples: 9, evidence: ['worse'] },
  truth: { effect: 'harmed', effectRatio: 0.45, evidence: ['truly worse'] },
  score: 'right',
} as unknown as ChangeResult;

function run(fields: Partial<RunResult> = {}): Run {
  const result = {
    scenario: { name: 'test', title: 'A test', description: 'What happens.' },
    seed: 1,
    loop: 'on',
    bound: false,
    durationMs: 3_000,
    windows: { whole: window, before: window, evaluation: window, end: window },
    fabric: { switches: 4, links: 4, hosts: 2 },
    measures: [api],
    series: {
      atMs,
      maxUtilization: [0.2, 1, 0.5],
      meanUtilization: [0.1, 0.2, 0.1],
      hottest: atMs.map(() => [{ channel: 'leaf1:eth1', ratio: 0.5 }]),
      queueDepthBytes: [0, 1e6, 0],
      deepestQueue: ['', 'leaf1:eth1:be', ''],
      droppedPackets: zeros,
      markedPackets: zeros,
      maxPauseRatio: zeros,
      retransmissionMs: [0, 40, 0],
    },
    events: [{ atMs: 1_000, text: 'a link fails' }],
    objectives: [
      {
        id: 'LatencyObjective/api',
        workloads: ['api'],
        metric: 'request-latency',
        quantile: 0.95,
        thresholdMs: 25,
      },
    ],
    incidents: [
      {
        id: 'inc-1',
        objective: 'LatencyObjective/api',
        observedMs: 1_200,
        detectedMs: 1_500,
        closedMs: null,
        causes: [{ name: 'congestion', at: 'leaf1:eth1', score: 0.8, evidence: ['it is full'] }],
        note: '',
      },
    ],
    changes: [change],
    expectations: [
      { path: 'spec.expect.kept.min', expected: 'at least 1', actual: '0', passed: false },
    ],
    digest: 'd'.repeat(64),
    ...fields,
  } as unknown as RunResult;
  const percent = atMs.map((_, i) => Uint8Array.from(channels, () => [20, 100, 255][i] ?? 0));
  return { result, spec, links: { channels, percent } };
}

describe('report of a run', () => {
  it('shows figures, incidents, changes with diff, verdict and truth, and expectations', () => {
    const html = reportHtml(run());
    for (const text of ['api request-latency p95', '20 ms', '30 ms', '+50 %', 'a link fails'])
      expect(html).toContain(text);
    for (const text of ['inc-1', 'congestion', 'leaf1:eth1', 'it is full', 'missed'])
      expect(html).toContain(text);
    for (const text of [
      'chg-1: reroute 1 route by reroute',
      'harmed, +45 %. truly worse',
      'less load',
    ])
      expect(html).toContain(text);
    expect(html).toContain('+ /a = 1');
    expect(html).toContain('- /b = 2');
    expect(html).toContain('~ /c: 3 → ');
  });

  it('stands alone: nothing is loaded from anywhere', () => {
    const html = reportHtml(run({ changes: [] }));
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<(link|img|iframe|script src)/);
    expect(html.match(/<script/g)).toHaveLength(2);
  });

  it('escapes what comes from files', () => {
    const scenario = { name: 'test', title: EVIL, description: EVIL };
    const events = [{ atMs: 1_000, text: EVIL }];
    const series = {
      ...run().result.series,
      hottest: atMs.map(() => [{ channel: EVIL, ratio: 1 }]),
    };
    const html = reportHtml(run({ scenario, events, series }));
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html).not.toContain('<img');
  });

  it('carries the load of every link at every moment', () => {
    const html = reportHtml(run());
    const data = JSON.parse(
      /<script type="application\/json" id="data">(.*?)<\/script>/.exec(html)?.[1] ?? '',
    ) as { percent: string; channels: number; atMs: number[]; start: number };
    expect(data).toMatchObject({ channels: channels.length, atMs, start: 1 });
    const bytes = Buffer.from(data.percent, 'base64');
    expect(bytes).toHaveLength(channels.length * atMs.length);
    expect([bytes[0], bytes[channels.length], bytes.at(-1)]).toEqual([20, 100, 255]);
    expect(html.match(/class="link" data-a="\d+" data-b="\d+"/g)).toHaveLength(spec.links.length);
  });

  it('breaks lines where nothing was measured, and leaves out charts of zeros', () => {
    const html = reportHtml(run());
    const [p50] = /class="line low" d="([^"]+)"/.exec(html)?.slice(1) ?? [];
    expect(p50?.match(/M/g)).toHaveLength(2);
    expect(html).toContain('retransmission time-outs');
    expect(html).not.toContain('PFC pause');
    expect(html).not.toContain('NaN');
  });
});

describe('scales', () => {
  it('have round ticks around the values', () => {
    expect(linearScale(47, 0, 100).ticks).toEqual([0, 20, 40, 60]);
    expect(linearScale(0, 0, 100).ticks.at(0)).toBe(0);
    expect(linearScale(60, 100, 0)(30)).toBeCloseTo(50);
    expect(logScale(12, 5_200, 0, 100).ticks).toEqual([10, 100, 1_000, 10_000]);
    expect(logScale(10, 1_000, 0, 100)(100)).toBeCloseTo(50);
  });
});
