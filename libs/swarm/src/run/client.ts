import type { Random } from '@weir/core/base';
import type { Action, Change, Command, CommandResult } from '@weir/core/model';
import { deviceId } from '@weir/core/model';
import { prefixOf } from '../plant/fabric';
import type { Plant } from '../plant/plant';

/** Time after which a client takes a command to be unanswered, ms. */
const ANSWER_MS = 5_000;
const AGAIN_MS = 1_000;

/**
 * The people and platforms of a run: they ask for objectives, drains, changes of their own, they
 * approve, freeze and undo. What they were told is written down, so that it can be held against
 * what became of it.
 */
export class Client {
  private safetyMs = 0;

  constructor(
    private readonly plant: Plant,
    private readonly random: Random,
  ) {}

  begin(safetyMs: number): void {
    this.safetyMs = safetyMs;
    this.plant.ask = (command) => void this.insist(command);
    for (const flow of this.plant.traffic.flows)
      this.plant.at(1_500 + this.random.below(2_000), () => {
        void this.insist(objective(flow.workload, flow.from, flow.to));
      });
    this.hotSpots();
    this.drains();
    this.proposals();
    this.moods();
  }

  /** People clean up: nothing waits for them any more, and what they froze is free again. */
  async end(): Promise<void> {
    await this.insist({ verb: 'unfreeze', by: 'ann' });
    for (const id of this.waiting())
      await this.ask({ verb: 'reject', changeId: id, by: 'ann', reason: 'the day is over' });
  }

  private hotSpots(): void {
    const { plant, random } = this;
    const { flows } = plant.traffic;
    const { spines } = plant.fabric;
    const count = 2 + random.below(5);
    for (let i = 0; i < count; i++) {
      const flow = flows[random.below(flows.length)];
      const via = spines[random.below(spines.length)] ?? 's1';
      if (flow === undefined) continue;
      const channel = `${flow.from}:${via}`;
      const fromMs = 3_000 + random.below(this.safetyMs - 20_000);
      const lastsMs = 10_000 + random.below(40_000);
      const kind = random.below(6);
      const { begin, end } = this.trouble(kind, `hot-${i}`, channel, flow.to, via);
      plant.at(fromMs, begin);
      plant.at(fromMs + lastsMs, end);
    }
  }

  /** Half of them can be helped by moving traffic; the others by queues, by nothing, or harm. */
  private trouble(kind: number, name: string, channel: string, to: string, via: string) {
    const { plant, random } = this;
    const from = channel.split(':')[0] ?? '';
    if (kind <= 2) {
      const background = { from, via, to, ratio: 0.72 + random.next() * 0.25 };
      const trap = kind === 2 ? 60 : 0;
      const others = plant.fabric.spines.filter((spine) => spine !== via);
      const setTrap = (hiddenMs: number): void => {
        for (const spine of others) plant.setTrouble(`${from}:${spine}`, { hiddenMs });
      };
      return {
        begin: () => {
          plant.setBackground(name, background);
          if (trap > 0)
            plant.at(plant.time.nowMs + 6_000, () => {
              setTrap(trap);
            });
        },
        end: () => {
          plant.setBackground(name, null);
          if (trap > 0) setTrap(0);
        },
      };
    }
    const part =
      kind === 3 ? { hiddenMs: 90 } : kind === 4 ? { grayRatio: 0.04 } : { burstBytes: 12e6 };
    const none = { hiddenMs: 0, grayRatio: 0, burstBytes: 0 };
    return {
      begin: () => {
        plant.setTrouble(channel, part);
      },
      end: () => {
        plant.setTrouble(channel, none);
      },
    };
  }

  private drains(): void {
    const { plant, random } = this;
    // With two spines there is no spare way without one of them: asked for once, for the refusal.
    const count = plant.fabric.spines.length > 2 ? random.below(4) : random.below(2);
    for (let i = 0; i < count; i++) {
      const spine = plant.fabric.spines[random.below(plant.fabric.spines.length)] ?? 's1';
      const leaf = `l${1 + random.below(4)}`;
      const spec = random.next() < 0.6 ? { device: spine } : { link: `${leaf}:${spine}` };
      const name = `drain-${i}`;
      const fromMs = 4_000 + random.below(this.safetyMs - 25_000);
      plant.at(fromMs, () => void this.insist(intent('Drain', name, spec)));
      if (random.next() < 0.6)
        plant.at(fromMs + 10_000 + random.below(30_000), () => {
          void this.insist({
            verb: 'delete-intent',
            id: `Drain/${name}`,
            dryRun: false,
            by: 'bob',
          });
        });
    }
  }

  private proposals(): void {
    const { plant, random } = this;
    const count = random.below(5);
    for (let i = 0; i < count; i++) {
      const atMs = 5_000 + random.below(this.safetyMs - 15_000);
      const action = this.weights();
      const kind = random.below(4);
      plant.at(atMs, () => {
        if (kind === 0) void this.ask(propose(action, 'f'.repeat(64)));
        else if (kind === 1) void this.reviewed(action, random.below(8_000));
        else {
          void this.ask(propose(action, null));
          // Somebody else wants something else of the same devices at the same moment.
          if (kind === 2) void this.ask(propose(this.weights(), null));
        }
      });
    }
  }

  /** New weights of some routes, on one leaf or on several. */
  private weights(): Action {
    const { random, plant } = this;
    const count = 1 + random.below(3);
    const first = 1 + random.below(4);
    const routes = Array.from({ length: count }, (_, i) => {
      const from = `l${1 + ((first + i - 1) % 4)}`;
      const to = `l${1 + ((first + i) % 4)}`;
      const weights = Object.fromEntries(
        plant.fabric.spines.map((spine) => [spine, 1 + random.below(8)]),
      );
      return { device: deviceId(from), prefix: prefixOf(to), weights };
    });
    return { type: 'reroute', routes };
  }

  /** Looks at a plan first, and asks for exactly that one a while later. */
  private async reviewed(action: Action, afterMs: number): Promise<void> {
    const seen = await this.ask({ ...propose(action, null), dryRun: true });
    if (seen?.ok !== true || seen.value.kind !== 'change') return;
    const { hash } = seen.value.change.plan;
    this.plant.at(this.plant.time.nowMs + afterMs, () => void this.ask(propose(action, hash)));
  }

  private moods(): void {
    const { plant, random, safetyMs } = this;
    if (random.next() < 0.3) {
      const atMs = 10_000 + random.below(safetyMs - 20_000);
      plant.at(atMs, () => void this.ask({ verb: 'freeze', by: 'ann', reason: 'lunch' }));
      plant.at(atMs + 2_000 + random.below(10_000), () => {
        void this.insist({ verb: 'unfreeze', by: 'ann' });
      });
    }
    if (random.next() < 0.3) {
      plant.at(2_000, () => {
        const mode = { verb: 'set-mode', scope: 'rule', name: 'reroute', mode: 'approve' } as const;
        void this.ask({ ...mode, by: 'ann' });
      });
      this.approveNowAndThen();
    }
    for (let i = random.below(3); i > 0; i--)
      plant.at(15_000 + random.below(safetyMs - 15_000), () => {
        const changes = this.changes();
        const change = changes[random.below(changes.length)];
        if (change !== undefined)
          void this.ask({ verb: 'undo', changeId: change.id, dryRun: false, by: 'bob' });
      });
    this.memory();
  }

  /** Somebody brings bad experience with the first rule from elsewhere, and makes it forgotten. */
  private memory(): void {
    const { plant, safetyMs } = this;
    const random = this.random.fork('memory');
    if (random.next() < 0.5) return;
    plant.at(1_000 + random.below(safetyMs / 2), () => {
      const failed = 1 + random.below(20);
      const entries = ['congestion', 'elephant-flow', 'interference'].map((cause) => ({
        ...{ cause, action: 'reroute', context: 'real-time-inference/leaf' },
        ...{ helped: random.below(3), failed, verdicts: failed, atMs: plant.time.wallMs() },
      }));
      void this.ask({ verb: 'import-learning', entries, by: 'ann' });
    });
    plant.at(safetyMs / 2 + random.below(safetyMs / 2), () => {
      void this.ask({ verb: 'reset-learning', cause: null, action: 'reroute', by: 'ann' });
    });
  }

  private approveNowAndThen(): void {
    const { plant, random } = this;
    plant.at(plant.time.nowMs + 3_000 + random.below(6_000), () => {
      for (const change of this.changes().filter(({ state }) => state === 'awaiting-approval')) {
        const { id: changeId, plan } = change;
        const stale = random.next() < 0.2;
        const planHash = stale ? '0'.repeat(64) : plan.hash;
        const verb = random.next() < 0.8 ? 'approve' : 'reject';
        void this.ask({ verb, changeId, planHash, by: 'ann', reason: '' });
      }
      this.approveNowAndThen();
    });
  }

  private changes(): readonly Change[] {
    return this.plant.leader?.changes() ?? [];
  }

  private waiting(): readonly string[] {
    return this.changes()
      .filter(({ state }) => state === 'awaiting-approval')
      .map(({ id }) => id);
  }

  /** Asks until somebody says yes or no; what is asked may be asked twice. */
  private async insist(command: Command): Promise<void> {
    for (let i = 0; i < 60; i++) {
      const result = await this.ask(command);
      if (result !== null && (result.ok || result.error.code !== 'engine-unavailable')) return;
      await this.wait(AGAIN_MS);
    }
  }

  /** One try; null when there was no answer in time, whatever became of it. */
  private async ask(command: Command): Promise<CommandResult | null> {
    const process = this.plant.leader;
    const serving = process?.serving ?? null;
    if (process === null || serving === null) return null;
    const answer = serving.command(command);
    if (answer === null) return null;
    const result = await Promise.race([answer, this.wait(ANSWER_MS)]);
    // Whoever was killed or stopped in between has told nobody.
    if (result === null || !serving.gate.isOpen) return null;
    if (result.ok) this.acknowledged(process.name, command, result);
    return result;
  }

  private acknowledged(process: string, command: Command, result: CommandResult): void {
    if ('dryRun' in command && command.dryRun) return;
    const id = idOf(command, result);
    this.plant.timeline.write({ kind: 'acknowledged', process, verb: command.verb, id });
  }

  private wait(ms: number): Promise<null> {
    return new Promise((resolve) => void this.plant.time.after(ms, () => resolve(null)));
  }
}

function idOf(command: Command, result: CommandResult): string {
  if (result.ok && result.value.kind === 'change') return result.value.change.id;
  if (command.verb === 'put-intent') return `${command.intent.kind}/${command.intent.name}`;
  if (command.verb === 'delete-intent') return command.id;
  return command.verb;
}

export const intent = (kind: string, name: string, spec: unknown): Command => ({
  verb: 'put-intent',
  by: 'bob',
  dryRun: false,
  intent: { kind, name, labels: {}, priority: 100, spec },
});

const objective = (name: string, from: string, to: string): Command =>
  intent('LatencyObjective', name, {
    workloads: [name],
    class: 'real-time-inference',
    quantile: 0.95,
    thresholdMs: 50,
    flows: [{ sources: [`host-${from}`], destinations: [`host-${to}`] }],
  });

export const propose = (
  action: Action,
  planHash: string | null,
): Command & { verb: 'propose' } => ({
  verb: 'propose',
  action,
  objectiveId: null,
  planHash,
  dryRun: false,
  by: 'bob',
});
