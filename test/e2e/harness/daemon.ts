import { call, type Answer } from './http';
import { Program } from './program';
import type { Site } from './site';

export interface ChangeView {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly leaseUntilMs: number | null;
  readonly plan: { readonly checks: readonly { readonly code: string | null }[] };
  readonly devices: Readonly<Record<string, { readonly progress: string }>>;
}

export interface DeviceStatus {
  readonly device: string;
  readonly fenced: boolean;
  readonly openChange: string | null;
}

interface StatusView {
  readonly phase?: string;
  readonly devices?: readonly DeviceStatus[];
  readonly objectives?: readonly { readonly windows: number }[];
}

const ENDED = ['confirmed', 'rolled-back', 'rejected', 'expired', 'superseded', 'stuck'];
export const isEnded = (change: ChangeView): boolean => ENDED.includes(change.state);

/** A second on an idle machine; tests share theirs with others. */
const START_MS = 120_000;

/** `weir-controller` as a process, and its REST API. */
export class Daemon {
  private constructor(
    readonly program: Program,
    readonly url: string,
    readonly otlpPort: number,
  ) {}

  /** Resolves when the API listens; fails with what it said when the process ends before that. */
  static start(site: Site, env: Record<string, string> = {}): Promise<Daemon> {
    return Daemon.of(site.config, env);
  }

  /** The same for any configuration file: one process may have some of the roles only. */
  static async of(config: string, env: Record<string, string> = {}): Promise<Daemon> {
    const program = Program.start('controller', ['--config', config], env);
    try {
      const line = await program.line((text) => text.includes('"msg":"listening"'), START_MS);
      const { http, otlp } = JSON.parse(line) as { http: number; otlp: number };
      return new Daemon(program, `http://127.0.0.1:${http}`, otlp);
    } catch (error) {
      await program.stop('SIGKILL');
      throw error;
    }
  }

  /** The same, for a daemon that is meant to live, and until its loop runs. */
  static async up(site: Site): Promise<Daemon> {
    const daemon = await Daemon.start(site);
    if (!(await daemon.ready())) throw new Error(`the daemon ended\n${daemon.program.tail()}`);
    return daemon;
  }

  /** All phases passed and the loop acts; false when the process ended meanwhile. */
  async ready(): Promise<boolean> {
    await this.program.until(
      'the loop runs',
      async () => !this.program.running || (await this.phase()) === 'running',
    );
    return this.program.running;
  }

  async phase(): Promise<string> {
    return (await this.status())?.phase ?? 'unreachable';
  }

  /** Windows in which the first objective was judged; null when the process is gone. */
  async windowsMeasured(): Promise<number | null> {
    const status = await this.status();
    return status === null ? null : (status.objectives?.[0]?.windows ?? 0);
  }

  /** What the engine says of the devices; empty while it does not answer. */
  async deviceStatus(): Promise<readonly DeviceStatus[]> {
    return (await this.status())?.devices ?? [];
  }

  private async status(): Promise<StatusView | null> {
    const answer = await this.attempt('GET', '/v1/status');
    return answer?.status === 200 ? (answer.body as StatusView) : null;
  }

  request(method: string, path: string, body?: unknown): Promise<Answer> {
    return call(this.url, method, path, body);
  }

  /** Null when nobody answers, as when the process is killed in the middle. */
  async attempt(method: string, path: string, body?: unknown): Promise<Answer | null> {
    return this.request(method, path, body).catch(() => null);
  }

  async changes(): Promise<readonly ChangeView[]> {
    const answer = await this.request('GET', '/v1/changes?limit=1000');
    return (answer.body as { items: ChangeView[] }).items;
  }

  async change(id: string): Promise<ChangeView> {
    return (await this.request('GET', `/v1/changes/${id}`)).body as ChangeView;
  }

  /** Waits until the change is in this state; fails at once when it ended otherwise. */
  async inState(id: string, state: string): Promise<ChangeView> {
    const found = await this.program.until(`${id} is ${state}`, async () => {
      const change = await this.change(id);
      return change.state === state || isEnded(change) ? change : null;
    });
    if (found.state !== state) throw new Error(`${id} is ${found.state}: ${found.reason}`);
    return found;
  }

  /** Waits until the change has ended and the API shows it. */
  ended(id: string, timeoutMs = 90_000): Promise<ChangeView> {
    return this.program.until(
      `${id} ends`,
      async () => {
        const change = await this.change(id);
        return isEnded(change) ? change : null;
      },
      timeoutMs,
    );
  }
}
