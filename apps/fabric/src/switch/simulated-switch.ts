import type { LeafMap } from '@weir/gnmi';
import { startTarget, type CommitStore, type PendingCommit, type Target } from '@weir/gnmi-server';
import type { World } from '@weir/sim';
import { FaultyBehaviour } from './faults';
import type { SwitchBackend } from './switch-backend';

/** Kept where a real switch has its flash: a restart of the target finds it again. */
class FlashCommitStore implements CommitStore {
  private pending: PendingCommit | null = null;

  load(): Promise<PendingCommit | null> {
    return Promise.resolve(this.pending);
  }

  save(pending: PendingCommit | null): Promise<void> {
    this.pending = pending;
    return Promise.resolve();
  }
}

/** A switch of the fabric with its gNMI server; can be killed, restored, rebooted. */
export class SimulatedSwitch {
  readonly behaviour = new FaultyBehaviour();
  private target: Target | null = null;
  private readonly flash = new FlashCommitStore();
  private earlier = { setsReceived: 0, setsApplied: 0 };
  private boundPort = 0;

  constructor(
    readonly name: string,
    private readonly world: World,
    private readonly backend: SwitchBackend,
    private readonly onError: (message: string, error: unknown) => void,
  ) {}

  get port(): number {
    return this.boundPort;
  }

  /** gNMI connections that are open now. */
  get connections(): number {
    return this.target?.connections ?? 0;
  }

  get running(): boolean {
    return this.target !== null;
  }

  async start(host: string, port: number): Promise<void> {
    this.target = await startTarget({
      address: `${host}:${port}`,
      backend: this.backend,
      behaviour: this.behaviour,
      commitStore: this.flash,
      name: this.name,
      onError: (message, error) => this.onError(`${this.name}: ${message}`, error),
    });
    this.boundPort = this.target.port;
  }

  /** Sets received and applied since the fabric started, restarts included. */
  sets(): { readonly received: number; readonly applied: number } {
    const counts = this.target?.counts;
    return {
      received: this.earlier.setsReceived + (counts?.setsReceived ?? 0),
      applied: this.earlier.setsApplied + (counts?.setsApplied ?? 0),
    };
  }

  config(): LeafMap {
    return this.target?.config() ?? this.backend.initialConfig();
  }

  pendingCommit(): string | null {
    return this.target?.pendingCommit() ?? null;
  }

  portChanged(name: string): void {
    this.backend.portChanged(name);
  }

  dropSessions(): void {
    this.target?.dropSessions();
  }

  /** Restarts the management and the data plane: traffic is lost for `downMs`. */
  async reboot(downMs: number): Promise<void> {
    if (this.target === null) return;
    this.world.setSwitchUp(this.name, false);
    await this.target.reboot(downMs);
    this.world.setSwitchUp(this.name, true);
  }

  /** Power off: nothing answers and nothing is forwarded until it is restored. */
  async kill(): Promise<void> {
    if (this.target === null) return;
    const { setsReceived, setsApplied } = this.target.counts;
    this.earlier = {
      setsReceived: this.earlier.setsReceived + setsReceived,
      setsApplied: this.earlier.setsApplied + setsApplied,
    };
    this.world.setSwitchUp(this.name, false);
    const target = this.target;
    this.target = null;
    await target.close();
  }

  async restore(host: string): Promise<void> {
    if (this.target !== null) return;
    this.backend.rebooted();
    await this.start(host, this.boundPort);
    this.world.setSwitchUp(this.name, true);
  }

  async close(): Promise<void> {
    await this.target?.close();
    this.target = null;
  }
}
