import { stringify } from 'yaml';
import { Daemon, isEnded, type ChangeView } from './daemon';
import { Fabric } from './fabric';
import { Site } from './site';
import { Workload } from './workload';

export const LEAVES = ['leaf1', 'leaf2'] as const;
const PREFIX = '10.3.1.0/24';
const OBJECTIVE = 'LatencyObjective/chat';
const weightPath = (index: number): string =>
  '/network-instances/network-instance[name=DEFAULT]/protocols' +
  '/protocol[identifier=STATIC][name=DEFAULT]/static-routes' +
  `/static[prefix=${PREFIX}]/next-hops/next-hop[index=${index}]/config/wecmp-weight`;

const CHAT = {
  apiVersion: 'weir.dev/v1',
  kind: 'LatencyObjective',
  metadata: { name: 'chat' },
  spec: {
    workloads: ['chat'],
    class: 'real-time-inference',
    // Never missed: what happens here is asked for by the test.
    thresholdMs: 60_000,
    flows: [{ sources: ['h1-1'], destinations: ['h3-1'] }],
  },
};

export interface Shape {
  /** Switches that the change touches; `LEAVES` by default, never leaf3, which owns the prefix. */
  readonly devices?: readonly string[];
  /** Leaves of the fabric, 4 by default. */
  readonly leaves?: number;
}

export type Configs = Awaited<ReturnType<Fabric['configs']>>;

/**
 * A stage on which one change is rehearsed again and again: a fabric, the files of a daemon that
 * may die, and a service whose latency decides whether the change is kept.
 */
export class Rehearsal {
  private constructor(
    readonly fabric: Fabric,
    readonly site: Site,
    readonly workload: Workload,
    readonly devices: readonly string[],
  ) {}

  static async start(
    spec: Readonly<Record<string, unknown>> = {},
    { devices = LEAVES, leaves = 4 }: Shape = {},
  ): Promise<Rehearsal> {
    const size = ['--leaves', String(leaves), '--spines', '2', '--host-ports', '1'];
    const fabric = await Fabric.start('--stage', 'plain', ...size);
    const site = new Site(await fabric.topology(), { intents: ['chat.yaml'], ...spec });
    site.write('chat.yaml', stringify(CHAT));
    return new Rehearsal(fabric, site, new Workload('chat'), devices);
  }

  /** A daemon that listens, and hears of the service from now on. */
  async startDaemon(env: Record<string, string> = {}): Promise<Daemon> {
    const daemon = await Daemon.start(this.site, env);
    this.workload.to(daemon.otlpPort);
    return daemon;
  }

  /** A daemon on which a change can be rehearsed. */
  async daemon(env: Record<string, string> = {}): Promise<Daemon> {
    const daemon = await this.startDaemon(env);
    try {
      await this.calm(daemon);
    } catch (error) {
      await daemon.program.stop('SIGKILL');
      throw error;
    }
    return daemon;
  }

  /** The loop runs, the devices were read, and the service was measured for a while. */
  async calm(daemon: Daemon): Promise<void> {
    this.workload.latencyMs = 100;
    if (!(await daemon.ready()))
      throw new Error(`the daemon ended early\n${daemon.program.tail()}`);
    const { weights } = this.planned(await this.configs());
    await daemon.program.until('a dry run has a plan', async () => {
      const answer = await daemon.request('POST', '/v1/changes?dryRun=true', this.asked(weights));
      return answer.status === 200;
    });
    const already = (await daemon.windowsMeasured()) ?? 0;
    await daemon.program.until('the service was measured', async () => {
      const windows = await daemon.windowsMeasured();
      return windows === null || windows > already + 12;
    });
  }

  configs(): Promise<Configs> {
    return this.fabric.configs(this.devices);
  }

  /** The configuration with other weights for the prefix on every leaf of the change. */
  planned(before: Configs): { readonly weights: Record<string, number>; readonly after: Configs } {
    const first = before[this.devices[0] ?? ''];
    const even = first?.[weightPath(1)] === first?.[weightPath(2)];
    const [eth1, eth2] = even ? [16, 48] : [32, 32];
    const weights = { eth1, eth2 };
    const after = Object.fromEntries(
      Object.entries(before).map(([device, leaves]) => [
        device,
        { ...leaves, [weightPath(1)]: String(eth1), [weightPath(2)]: String(eth2) },
      ]),
    );
    return { weights, after };
  }

  /**
   * Asks for the change; null when the daemon died before it answered. On a crowded machine the
   * switches may fall silent for a moment, and then the daemon is right to refuse: it is asked again.
   */
  async propose(daemon: Daemon, weights: Record<string, number>): Promise<ChangeView | null> {
    for (let tries = 0; tries < 10; tries++) {
      const answer = await daemon.attempt('POST', '/v1/changes', this.asked(weights));
      if (answer === null) return null;
      if (answer.status !== 200) throw new Error(answer.text);
      const { change } = answer.body as { change: ChangeView };
      if (!change.reason.startsWith('telemetry-stale')) return change;
      await this.calm(daemon);
    }
    throw new Error('the telemetry never was fresh enough for a change');
  }

  /**
   * Lets the service say what the change did, from the moment in which its effect is measured:
   * `improved` keeps it, `harmed` undoes it. Resolves when the process or the change has ended.
   */
  async judge(daemon: Daemon, effect: 'improved' | 'harmed'): Promise<void> {
    await daemon.program.until(
      `the change ends (${effect})`,
      async () => {
        if (!daemon.program.running) return true;
        const [change] = (await daemon.changes().catch(() => null)) ?? [];
        if (change?.state === 'verifying') this.workload.latencyMs = effect === 'harmed' ? 350 : 25;
        return change !== undefined && isEnded(change);
      },
      60_000,
    );
  }

  private asked(weights: Readonly<Record<string, number>>) {
    const routes = this.devices.map((device) => ({ device, prefix: PREFIX, weights }));
    return { action: { type: 'reroute', routes }, objectiveId: OBJECTIVE };
  }

  async stop(): Promise<void> {
    this.workload.stop();
    await this.fabric.stop();
    this.site.remove();
  }
}
