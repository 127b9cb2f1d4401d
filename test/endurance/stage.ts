import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GnmiWriter } from '@weir/adapter-gnmi';
import { seededRandom, type Random } from '@weir/core/base';
import { deviceId } from '@weir/core/model';
import { parse, stringify } from 'yaml';
import { Daemon } from '../e2e/harness/daemon';
import { Fabric } from '../e2e/harness/fabric';
import { call } from '../e2e/harness/http';
import { Site } from '../e2e/harness/site';
import { Workload } from '../e2e/harness/workload';
import { readMemory, type Reading } from './memory';
import { SPINES_PER_POD, type EnduranceOptions } from './options';

interface TopologyView {
  readonly spec: {
    readonly devices: readonly { readonly name: string; readonly address: string }[];
    readonly links: readonly { readonly a: string; readonly b: string }[];
    readonly endpoints: readonly {
      readonly name: string;
      readonly attachedTo: string;
      readonly prefix: string;
    }[];
  };
}

const FLOW_BPS = 20_000_000;
const START_MS = 180_000;
const MAX_TRIES = 5;
const API = { apiVersion: 'weir.dev/v1' };
export const OBJECTIVE = 'LatencyObjective/chat';

/** An objective that is never missed: what happens here is asked for by the run. */
export const objective = (name: string, source: string, destination: string) => ({
  ...API,
  kind: 'LatencyObjective',
  metadata: { name },
  spec: {
    workloads: [name],
    class: 'real-time-inference',
    thresholdMs: 60_000,
    flows: [{ sources: [source], destinations: [destination] }],
  },
});

/** The fabric, the daemon with its files, and the flows that must get through. */
export class EnduranceStage {
  readonly workload = new Workload('chat');
  readonly random: Random;
  kills = 0;
  /** What persons set by hand, by device. */
  readonly edits = new Map<string, string[]>();
  /** Memory of each life of the daemon. */
  readonly lives: Reading[][] = [[]];
  private writer: GnmiWriter | null = null;

  private constructor(
    readonly options: EnduranceOptions,
    readonly fabric: Fabric,
    readonly site: Site,
    readonly topology: TopologyView['spec'],
    public daemon: Daemon,
    private readonly folder: string,
  ) {
    this.random = seededRandom(options.seed);
  }

  static async start(options: EnduranceOptions): Promise<EnduranceStage> {
    const folder = mkdtempSync(join(tmpdir(), 'weir-endurance-'));
    const file = join(folder, 'scenario.yaml');
    writeFileSync(file, stringify(scenarioOf(options)));
    const fabric = await Fabric.start('--scenario', file);
    const text = await fabric.topology();
    const topology = (parse(text) as TopologyView).spec;
    const site = siteOf(text, topology);
    let stage: EnduranceStage | null = null;
    try {
      const daemon = await Daemon.start(site);
      stage = new EnduranceStage(options, fabric, site, topology, daemon, folder);
      stage.workload.to(daemon.otlpPort);
      await stage.runs();
      return stage;
    } catch (error) {
      stage?.workload.stop();
      await fabric.stop();
      site.remove();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** All phases passed and every switch was read; a fabric of sixty takes its time. */
  private async runs(): Promise<void> {
    const { program } = this.daemon;
    const running = async () => !program.running || (await this.daemon.phase()) === 'running';
    try {
      await program.until('the loop runs', running, START_MS);
    } catch (error) {
      await program.stop('SIGKILL');
      throw error;
    }
  }

  get devices(): readonly string[] {
    return this.topology.devices.map(({ name }) => name);
  }

  /** The leaf that the last host is attached to; its prefix is what changes move. */
  get target(): { readonly leaf: string; readonly prefix: string } {
    const last = this.topology.endpoints.at(-1);
    return { leaf: last?.attachedTo.split(':')[0] ?? '', prefix: last?.prefix ?? '' };
  }

  /** Leaves that reach the prefix over their uplinks. */
  get senders(): readonly string[] {
    return this.devices.filter((name) => name.startsWith('leaf') && name !== this.target.leaf);
  }

  weightPath(index: number): string {
    return (
      '/network-instances/network-instance[name=DEFAULT]/protocols' +
      '/protocol[identifier=STATIC][name=DEFAULT]/static-routes' +
      `/static[prefix=${this.target.prefix}]/next-hops/next-hop[index=${index}]/config/wecmp-weight`
    );
  }

  /** kill -9, and a new daemon on the same files. */
  async killDaemon(): Promise<void> {
    this.kills += 1;
    this.lives.push([]);
    await this.daemon.program.stop('SIGKILL');
    this.daemon = await Daemon.start(this.site);
    this.workload.to(this.daemon.otlpPort);
  }

  /** What a person does at the device itself; false when the device would not have it. */
  async personSets(device: string, weight: number): Promise<boolean> {
    this.writer ??= new GnmiWriter({ tls: { mode: 'insecure' }, topology: this.deviceTopology() });
    const leaf = { path: this.weightPath(1), before: null, after: String(weight) };
    const edits = [...(this.edits.get(device) ?? []), String(weight)];
    this.edits.set(device, edits);
    return (await this.writer.set(deviceId(device), [leaf], null, 3_000)).kind === 'ok';
  }

  async readMemory(atMs: number): Promise<void> {
    const reading = await readMemory(this.daemon, atMs);
    if (reading !== null) this.lives.at(-1)?.push(reading);
  }

  /** Asks the fabric; all that is asked of it may be asked twice, and on a crowded machine is. */
  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      try {
        const answer = await call(this.fabric.controlUrl, method, path, body);
        if (answer.status < 400) return answer.body;
        throw new Error(`fabric ${method} ${path}: ${answer.text}`);
      } catch (error) {
        if (tries === MAX_TRIES || (error as Error).name !== 'TimeoutError') throw error;
      }
    }
  }

  async stop(): Promise<void> {
    this.workload.stop();
    await this.writer?.close();
    await this.daemon.program.stop();
    await this.fabric.stop();
    this.site.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private deviceTopology() {
    const devices = this.topology.devices.map(({ name, address }) => {
      const id = deviceId(name);
      return [id, { id, address, profile: 'openconfig' }] as const;
    });
    return { devices: new Map(devices) } as never;
  }
}

/** The objective goes from the first host to the last one. */
function siteOf(text: string, { endpoints }: TopologyView['spec']): Site {
  const site = new Site(text, {
    intents: ['chat.yaml'],
    telemetry: { sampleIntervalMs: 2_000, otlp: { host: '127.0.0.1', port: 0 } },
    southbound: { operationTimeoutMs: 5_000 },
    tickMs: 500,
  });
  const [first, last] = [endpoints[0], endpoints.at(-1)];
  site.write('chat.yaml', stringify(objective('chat', first?.name ?? '', last?.name ?? '')));
  site.write('policy.yaml', stringify(POLICY));
  return site;
}

/** Samples of two seconds may be some late when everything runs on two cores. */
const POLICY = {
  ...API,
  kind: 'Policy',
  metadata: { name: 'endurance' },
  spec: {
    freshness: { staleMs: 15_000 },
    limits: { maxChangesPerHour: 10_000 },
    verify: { settleMs: 500, minSamples: 5, maxMs: 8_000 },
    rules: [
      {
        name: 'never',
        when: 'path.maxUtilizationRatio > 2.0',
        action: { type: 'reroute' },
        mode: 'observe',
      },
    ],
  },
};

/** Each flow is a workload of its own, so that the fabric counts what it has moved. */
function scenarioOf({ pods, leavesPerPod, superspines, flows, seed }: EnduranceOptions) {
  const leaves = pods * leavesPerPod;
  const hosts = Array.from({ length: leaves * HOSTS_PER_LEAF }, (_, at) => {
    return `h${1 + (at % leaves)}-${1 + Math.floor(at / leaves)}`;
  });
  const random = seededRandom(seed).fork('flows');
  const workloads = Array.from({ length: flows }, (_, at) => {
    const source = at % hosts.length;
    const step = 1 + random.below(hosts.length - 1);
    return {
      kind: 'bulk',
      name: `flow-${at + 1}`,
      sources: [hosts[source]],
      destinations: [hosts[(source + step) % hosts.length]],
      streams: 1,
      rateLimitBps: FLOW_BPS,
    };
  });
  return {
    ...API,
    kind: 'Scenario',
    metadata: { name: 'endurance' },
    spec: {
      seed,
      durationMs: 3_600_000,
      topology: {
        clos: {
          pods,
          leavesPerPod,
          spinesPerPod: SPINES_PER_POD,
          superspines,
          hostsPerLeaf: HOSTS_PER_LEAF,
        },
      },
      workloads,
    },
  };
}

const HOSTS_PER_LEAF = 2;
