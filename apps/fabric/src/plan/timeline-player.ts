import { applyToWorld, type TimelineEntry } from '@weir/closed-loop';
import { initialConfig } from '@weir/openconfig-switch';
import type { World } from '@weir/sim';
import { configureSwitch } from '../operator/configure-switch';
import type { SimulatedSwitch } from '../switch/simulated-switch';

/** Sets that a switch refuses before it is told that it is well again. */
const UNTIL_HEALED = 1_000_000;

/** What the player acts on. */
export interface Playground {
  readonly world: World;
  readonly host: string;
  readonly switches: ReadonlyMap<string, SimulatedSwitch>;
  readonly log: (message: string) => void;
}

/**
 * Plays the events of a scenario file on listening switches, at their time. What happens to
 * switches happens to their gNMI servers too; settings come as Sets over gNMI.
 */
export class TimelinePlayer {
  private next = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly timeline: readonly TimelineEntry[],
    private readonly ground: Playground,
  ) {}

  /** When the next event is due, virtual ms; Infinity: there is none. */
  nextMs(): number {
    return this.timeline[this.next]?.atMs ?? Infinity;
  }

  /** Begins everything that is due now; resolves when the switches have done their part. */
  async play(): Promise<void> {
    const due: TimelineEntry[] = [];
    for (;;) {
      const entry = this.timeline[this.next];
      if (entry === undefined || entry.atMs > this.ground.world.nowMs) break;
      this.next += 1;
      due.push(entry);
    }
    await Promise.all(due.map((entry) => this.inOrder(entry)));
  }

  /** Whatever a switch must answer to waits for what it was told before. */
  private inOrder(entry: TimelineEntry): Promise<void> {
    this.ground.log(`${(entry.atMs / 1000).toFixed(1)} s: ${entry.text}`);
    const run = (): Promise<void> =>
      this.act(entry).catch((error: unknown) =>
        this.ground.log(`"${entry.text}" did not work: ${String(error)}`),
      );
    const { kind } = entry.action;
    if (kind !== 'switch' && kind !== 'settings') return run();
    this.last = this.last.then(run);
    return this.last;
  }

  private async act({ action }: TimelineEntry): Promise<void> {
    const { world, host, switches, log } = this.ground;
    const named = (names: readonly string[]): SimulatedSwitch[] =>
      names.flatMap((name) => switches.get(name) ?? []);
    switch (action.kind) {
      case 'switch':
        for (const entry of named([action.device]))
          await (action.up ? entry.restore(host) : entry.kill());
        return;
      case 'settings':
        for (const entry of named([...new Set(action.steps.map((step) => step.device))])) {
          let settings = world.settings(entry.name);
          for (const { device, apply } of action.steps)
            if (device === entry.name) settings = apply(settings);
          const wanted = initialConfig(world.spec, entry.name, settings);
          await configureSwitch(`${host}:${entry.port}`, entry.config(), wanted);
        }
        return;
      case 'telemetry':
        if (action.fault === 'frozen' || action.fault === 'wrong')
          log(`switches that listen cannot play telemetry that is ${action.fault}`);
        for (const entry of named(action.devices))
          entry.behaviour.set({ mute: action.fault === 'silent' });
        return;
      case 'southbound':
        for (const entry of named(action.devices))
          entry.behaviour.set({
            hang: action.fault === 'unreachable',
            failBeforeApply: action.fault === 'rejects' ? UNTIL_HEALED : 0,
          });
        return;
      case 'intent':
      case 'delete-intent':
        log('intents are for the controller: hand them to it with "weir apply"');
        return;
      default: {
        const applied = applyToWorld(world, action);
        if (!applied.ok) log(`${applied.error.where}: ${applied.error.reason}`);
      }
    }
  }
}
