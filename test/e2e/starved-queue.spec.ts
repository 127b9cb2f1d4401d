import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Daemon, type ChangeView } from './harness/daemon';
import { Fabric } from './harness/fabric';
import { call } from './harness/http';
import { Program } from './harness/program';
import { Site } from './harness/site';

jest.setTimeout(240_000);

const API = { apiVersion: 'weir.dev/v1' };
const hosts = (leaf: string, count: number, skip = 0) => ({ leaf, perLeaf: count, skip });

/** One uplink for a rack that serves inference with weight 1 beside storage with 19. */
const SCENARIO = {
  ...API,
  kind: 'Scenario',
  metadata: { name: 'starved', title: 'One uplink, two queues' },
  spec: {
    description: 'Storage has nineteen parts of every port for one of inference.',
    durationMs: 3_600_000,
    topology: {
      leafSpine: {
        ...{ leaves: 2, spines: 1, hostsPerLeaf: 8, sharedBuffer: '16MB' },
        ...{ linkCapacity: '10G', hostCapacity: '10G' },
      },
    },
    queues: [
      { name: 'inference', weight: 1, classes: ['real-time-inference', 'interactive'] },
      { name: 'storage', weight: 19, classes: ['storage', 'batch', 'training', 'best-effort'] },
    ],
    settings: ['inference', 'storage'].map((name) => ({
      device: '*',
      queue: { name, scheduling: { weight: name === 'inference' ? 1 : 19 } },
    })),
    workloads: [
      {
        ...{ name: 'images', kind: 'inference', requestsPerSecond: 300, roundTrips: 4 },
        ...{ clients: hosts('leaf1', 4), servers: hosts('leaf2', 4) },
        ...{ requestBytes: 4_000, responseBytes: 512_000, serviceMs: { median: 6 } },
      },
    ],
    expect: { incidents: { min: 1 } },
  },
};

const OBJECTIVE = {
  ...API,
  kind: 'LatencyObjective',
  metadata: { name: 'images' },
  spec: {
    ...{ workloads: ['images'], class: 'real-time-inference', quantile: 0.95, thresholdMs: 25 },
    flows: [
      {
        sources: ['h2-1', 'h2-2', 'h2-3', 'h2-4'],
        destinations: ['h1-1', 'h1-2', 'h1-3', 'h1-4'],
      },
    ],
  },
};

const POLICY = {
  ...API,
  kind: 'Policy',
  metadata: { name: 'shares' },
  spec: {
    freshness: { staleMs: 5_000 },
    detect: { windowMs: 2_000, minCount: 20, holdMs: 500, clearMs: 1_000 },
    verify: { settleMs: 1_000, minSamples: 8, maxMs: 60_000 },
    rules: [
      {
        name: 'scheduler',
        when: 'slo.breached && queue.starved',
        action: { type: 'scheduler' },
        mode: 'auto',
        cooldownMs: 600_000,
      },
    ],
  },
};

const CHECKPOINT = {
  ...{ name: 'checkpoint', kind: 'bulk', class: 'storage', streams: 16 },
  sources: hosts('leaf2', 4, 4),
  destinations: hosts('leaf1', 4, 4),
};

interface Planned extends ChangeView {
  readonly rule: string | null;
  readonly cause: string | null;
  readonly action: {
    readonly type: string;
    readonly settings: readonly {
      readonly device: string;
      readonly interface: string;
      readonly queue: string;
      readonly weight: number;
    }[];
  };
  readonly verdict: { readonly verdict: string } | null;
}

const POLICY_NAME = (port: string): string =>
  `/qos/interfaces/interface[interface-id=${port}]/output/scheduler-policy/config/name`;

describe('a starved queue on simulated switches over gNMI', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-starved-'));
  let fabric: Fabric;
  let site: Site;
  let daemon: Daemon;

  beforeAll(async () => {
    const file = join(folder, 'scenario.yaml');
    writeFileSync(file, stringify(SCENARIO));
    fabric = await Fabric.start('--scenario', file, '--otlp-interval', '200');
    site = new Site(await fabric.topology(), { intents: ['images.yaml'] });
    site.write('policy.yaml', stringify(POLICY));
    site.write('images.yaml', stringify(OBJECTIVE));
    daemon = await Daemon.up(site);
    const endpoint = `127.0.0.1:${daemon.otlpPort}`;
    await call(fabric.controlUrl, 'PUT', '/otlp', { endpoint });
  });
  afterAll(async () => {
    await daemon?.program.stop();
    await fabric?.stop();
    site?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is given its share by the rule, is read back, helps, and is undone byte for byte', async () => {
    await daemon.program.until(
      'the service was measured',
      async () => ((await daemon.windowsMeasured()) ?? 0) > 5,
    );
    const before = await fabric.configs(['leaf1', 'leaf2', 'spine1']);
    const started = await call(fabric.controlUrl, 'POST', '/workloads', CHECKPOINT);
    expect([started.status, started.text]).toEqual([201, expect.anything()]);

    const made = await daemon.program.until(
      'the rule acts',
      async () => (await daemon.changes())[0] as Planned | undefined,
    );
    expect(made).toMatchObject({ rule: 'scheduler', action: { type: 'scheduler' } });
    const [setting] = made.action.settings;
    expect(setting).toMatchObject({ device: 'leaf2', queue: 'inference' });
    const ended = (await daemon.ended(made.id)) as Planned;
    expect([ended.state, ended.verdict?.verdict]).toEqual(['confirmed', 'improved']);

    const port = setting?.interface ?? '';
    const after = await fabric.config('leaf2');
    expect(after[POLICY_NAME(port)]).toBe(`weir-${port}`);
    const weights = Object.entries(after).filter(
      ([path]) =>
        path.includes(`[name=weir-${port}]`) && path.endsWith('[id=inference]/config/weight'),
    );
    expect(weights.map(([, value]) => value)).toEqual([String(setting?.weight)]);
    const others = await fabric.configs(['leaf1', 'spine1']);
    expect(others).toEqual({ leaf1: before['leaf1'], spine1: before['spine1'] });

    // While the checkpoint runs, going back starves it again: that is harm, and is taken back.
    expect((await undo(made.id)).state).toBe('rolled-back');
    expect(await fabric.config('leaf2')).toEqual(after);
    await call(fabric.controlUrl, 'DELETE', '/workloads/checkpoint');
    expect((await undo(made.id)).state).toBe('confirmed');
    expect(await fabric.config('leaf2')).toEqual(before['leaf2']);
    await explained(made);
  });

  /** The chain as the command line tells it, from the daemon and from its journal alone. */
  async function explained({ id }: Planned): Promise<void> {
    const words = await weir('--server', daemon.url, 'explain', id);
    expect(words).toMatch(
      /^chg-\d+ {2}scheduler, confirmed: wanted by rule scheduler of the policy/,
    );
    expect(words).toMatch(/^ {2}starved-queue at leaf2:\S+:inference, score \d\.\d\d/m);
    expect(words).toMatch(/^ {2}1\. scheduler: chosen: /m);
    expect(words).toMatch(/^ {2}predicted gain -\d+(\.\d+)? %/m);
    expect(words).toMatch(/^ {2}leaf2 \(stage 1\): confirmed, under a rollback timer of its own$/m);
    expect(words).toMatch(/^ {4}\+\d+\.\d{3} s commit done$/m);
    expect(words).toMatch(/^ {2}improved: /m);
    expect(words).toMatch(/^ {2}chg-\d+ undoes this one: undo, confirmed/m);
    const offline = await weir('explain', id, '--dir', site.journal, '-o', 'json');
    const told = JSON.parse(offline) as { readonly end: unknown; readonly notRecorded: string[] };
    expect(told.end).toMatchObject({ state: 'confirmed', over: true });
    expect(told.notRecorded).toEqual([]);
  }

  async function weir(...args: string[]): Promise<string> {
    const program = Program.start('cli', args);
    const { code } = await program.exited;
    expect([code, program.stderr]).toEqual([0, []]);
    return program.stdout.join('\n');
  }

  async function undo(id: string): Promise<ChangeView> {
    const known = new Set((await daemon.changes()).map((change) => change.id));
    await daemon.request('POST', `/v1/changes/${id}/undo`, {});
    const change = await daemon.program.until('the undo is there', async () =>
      (await daemon.changes()).find((item) => !known.has(item.id)),
    );
    return daemon.ended(change.id);
  }
});
