import { redisServerInstalled, startRedis, type RedisFixture } from '@weir/conformance';
import { Daemon } from '../../e2e/harness/daemon';
import type { Exit } from '../../e2e/harness/program';
import { Rehearsal, type Shape } from '../../e2e/harness/rehearsal';

/** `describe`; without redis-server everything in it is skipped, and the terminal says why. */
export function describeRoles(title: string, body: () => void): void {
  if (redisServerInstalled()) {
    describe(title, body);
    return;
  }
  process.stderr.write(`skipped: ${title}: redis-server is not installed\n`);
  describe.skip(title, body);
}

/** A process that a supervisor starts again whenever it ends with an error, as systemd would. */
export class Supervised {
  readonly exits: Exit[] = [];
  #stopped = false;

  constructor(
    public daemon: Daemon,
    private readonly again: () => Promise<Daemon>,
  ) {
    void this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.daemon.program.stop('SIGKILL');
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      this.exits.push(await this.daemon.program.exited);
      while (!this.#stopped) {
        const started = await this.again().catch(() => null);
        if (started === null) continue;
        this.daemon = started;
        if (this.#stopped) await started.program.stop('SIGKILL');
        break;
      }
    }
  }
}

/**
 * The roles of one controller as processes of their own on one Redis, in front of a fabric on which
 * a change is rehearsed. `front` takes telemetry and serves the API; engines come as the test says.
 */
export class Roles {
  front: Daemon | null = null;
  private readonly members: Daemon[] = [];
  private readonly supervised: Supervised[] = [];

  private constructor(
    readonly stage: Rehearsal,
    readonly redis: RedisFixture,
    private readonly url: string,
  ) {}

  /** `through`: where the processes find Redis, if not at its own address. */
  static async start(shape: Shape = {}, through?: string): Promise<Roles> {
    const redis = await startRedis();
    if (redis === null) throw new Error('redis-server is not installed');
    const stage = await Rehearsal.start({}, shape).catch(async (error: unknown) => {
      await redis.stop();
      throw error;
    });
    const roles = new Roles(stage, redis, through ?? redis.url);
    try {
      roles.front = await roles.member('front', ['ingest', 'api']);
      roles.stage.workload.to(roles.front.otlpPort);
      return roles;
    } catch (error) {
      await roles.stop();
      throw error;
    }
  }

  /** A process with these roles; its journal, if it is an engine, is its own. */
  async member(
    name: string,
    roles: readonly string[],
    env: Record<string, string> = {},
  ): Promise<Daemon> {
    const daemon = await Daemon.of(this.config(name, roles), env);
    this.members.push(daemon);
    return daemon;
  }

  /** The same under a supervisor. */
  async keep(name: string, roles: readonly string[]): Promise<Supervised> {
    const supervised = new Supervised(await this.member(name, roles), () =>
      this.member(name, roles),
    );
    this.supervised.push(supervised);
    return supervised;
  }

  get api(): Daemon {
    if (this.front === null) throw new Error('the front is not started');
    return this.front;
  }

  /** Asks for a change when everything is calm; resolves with its id and both configurations. */
  async propose() {
    const { stage, api } = this;
    await stage.calm(api);
    const before = await stage.configs();
    const { weights, after } = stage.planned(before);
    const change = await stage.propose(api, weights);
    if (change === null) throw new Error('nobody answered');
    return { id: change.id, before, after };
  }

  /** Waits until this epoch leads and its loop runs. */
  leads(epoch: number, timeoutMs = 90_000): Promise<unknown> {
    return this.api.program.until(
      `epoch ${epoch} leads`,
      async () => {
        const status = await this.api.attempt('GET', '/v1/status');
        const { phase, epoch: now } = (status?.body ?? {}) as { phase?: string; epoch?: number };
        return phase === 'running' && (now ?? 0) >= epoch;
      },
      timeoutMs,
    );
  }

  /** Epochs of all records in the order in which they stand. */
  async epochs(): Promise<readonly number[]> {
    const epochs: number[] = [];
    for (let from = 1; ;) {
      const { body } = await this.api.request('GET', `/v1/journal?from=${from}&limit=1000`);
      const { items } = body as { items: { sequence: number; epoch: number }[] };
      const last = items.at(-1);
      if (last === undefined) return epochs;
      epochs.push(...items.map(({ epoch }) => epoch));
      from = last.sequence + 1;
    }
  }

  /** Runs a story on fresh roles and ends all of them; a failure tells what each process said. */
  static async story(tell: (roles: Roles) => Promise<void>, shape: Shape = {}): Promise<void> {
    const roles = await Roles.start(shape);
    try {
      await tell(roles);
    } catch (error) {
      const said = roles.members.map(({ program }) => program.tail(25)).join('\n');
      if (error instanceof Error) error.message += `\n${said}`;
      throw error;
    } finally {
      await roles.stop();
    }
  }

  async stop(): Promise<void> {
    for (const one of this.supervised) await one.stop();
    // SIGKILL ends a process that is stopped, too.
    for (const daemon of this.members) await daemon.program.stop('SIGKILL');
    await this.stage.stop();
    await this.redis.stop();
  }

  private config(name: string, roles: readonly string[]): string {
    const spec = {
      roles,
      intents: ['chat.yaml'],
      journal: { dir: `journal-${name}` },
      redis: { url: this.url },
    };
    return this.stage.site.writeConfig(spec, `${name}.yaml`);
  }
}
