import type { TlsOptions } from 'node:tls';
import { isEnded, type ChangeView, type Daemon } from '../../e2e/harness/daemon';
import { NO_FAULTS } from '../../e2e/harness/fabric';
import { Rehearsal, type Configs } from '../../e2e/harness/rehearsal';
import { ProxyFleet } from '../proxy';

export interface StageOptions {
  /** Settings below `spec` of the daemon. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** The proxies speak TLS with the daemon. */
  readonly tls?: TlsOptions;
  /** Writes further files of the daemon before it starts. */
  readonly prepare?: (stage: Rehearsal) => void;
}

/** A change that was asked for, with the two configurations that it may end on. */
export interface Asked {
  readonly id: string;
  readonly before: Configs;
  readonly after: Configs;
}

const END_MS = 90_000;

/** The rehearsal of `test/e2e` with a fault proxy between the daemon and each of its switches. */
export class NetworkStage {
  private constructor(
    readonly rehearsal: Rehearsal,
    readonly fleet: ProxyFleet,
    public daemon: Daemon,
  ) {}

  static async start({ spec = {}, tls, prepare }: StageOptions = {}): Promise<NetworkStage> {
    const rehearsal = await Rehearsal.start(spec);
    const fleet = new ProxyFleet();
    try {
      const topology = await fleet.front(await rehearsal.fabric.topology(), tls);
      rehearsal.site.write('topology.yaml', topology);
      prepare?.(rehearsal);
      return new NetworkStage(rehearsal, fleet, await rehearsal.daemon());
    } catch (error) {
      await fleet.close();
      await rehearsal.stop();
      throw error;
    }
  }

  get fabric(): Rehearsal['fabric'] {
    return this.rehearsal.fabric;
  }

  /** The network whole, the switches honest. */
  async heal(): Promise<void> {
    this.fleet.healAll();
    for (const device of this.fleet.devices) await this.fabric.setFaults(device, NO_FAULTS);
  }

  async stop(): Promise<void> {
    this.fleet.healAll();
    await this.daemon.program.stop('SIGTERM', 5_000);
    await this.fleet.close();
    await this.rehearsal.stop();
  }

  /** Asks for a change on a calm stage; `before` runs when it is calm, just before the request. */
  async ask(beforeAsking: () => void | Promise<void> = () => undefined): Promise<Asked> {
    const { rehearsal, daemon } = this;
    await rehearsal.calm(daemon);
    const before = await rehearsal.configs();
    const { weights, after } = rehearsal.planned(before);
    await beforeAsking();
    const change = await rehearsal.propose(daemon, weights);
    if (change === null) throw new Error('the daemon ended before it answered');
    return { id: change.id, before, after };
  }

  /** Asks, and resolves when the effect is being measured. */
  async measured(beforeAsking?: () => void | Promise<void>): Promise<Asked> {
    const asked = await this.ask(beforeAsking);
    await this.daemon.inState(asked.id, 'verifying');
    return asked;
  }

  /** The service says how it finds the change: kept when it improved, undone when it was harmed. */
  found(effect: 'improved' | 'harmed'): void {
    this.rehearsal.workload.latencyMs = effect === 'harmed' ? 350 : 25;
  }

  async ended(id: string): Promise<ChangeView> {
    return this.daemon.ended(id, END_MS);
  }

  /**
   * What must hold once a change has ended, whatever broke meanwhile: every switch as a whole on
   * the configuration that the state names, no commit pending, the chain of the journal whole.
   */
  async settled(asked: Asked): Promise<ChangeView> {
    const change = await this.ended(asked.id);
    const expected = change.state === 'confirmed' ? asked.after : asked.before;
    expect(await this.rehearsal.configs()).toEqual(expected);
    // A probe whose answer came late is pending until its own ten seconds are over.
    await this.until('no commit to be pending', async () => {
      return (await this.fabric.pendingCommits()).length === 0;
    });
    const chain = (await this.daemon.request('GET', '/v1/journal/verify')).body;
    expect(chain).toMatchObject({ chain: 'ok' });
    return change;
  }

  /** A change from its request to its end, as on a good day; what the probe finds is known then. */
  async works(): Promise<void> {
    const asked = await this.measured();
    this.found('harmed');
    expect(await this.settled(asked)).toMatchObject({ state: 'rolled-back' });
  }

  /** The change stays open for as long as a device cannot be asked. */
  async staysOpen(id: string, device: string): Promise<void> {
    await this.daemon.program.until(`${device} is unknown`, async () => {
      const change = await this.daemon.change(id);
      if (isEnded(change)) throw new Error(`${id} ended: ${change.state}: ${change.reason}`);
      return change.devices[device]?.progress === 'unknown';
    });
  }

  until<T>(what: string, condition: () => T | Promise<T>, timeoutMs?: number) {
    return this.daemon.program.until(what, condition, timeoutMs);
  }
}
