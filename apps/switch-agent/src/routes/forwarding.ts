import { aborted, failedPrecondition, GnmiError, invalidArgument } from '@weir/gnmi';
import { KernelRefusal, type Kernel, type KernelSnapshot } from '../kernel/kernel';
import { ownedDifference, ownedState, type OwnedState } from '../kernel/owned-state';
import { planCommands } from '../kernel/plan';
import { allocate, DEFAULT_IDS, type Allocation, type IdRange } from './allocation';
import { nextHopPath, staticPath } from './paths';
import { renderOwned, withPrefixes } from './render';
import type { StaticRoute } from './static-route';

export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface ForwardingOptions {
  readonly protocol: number;
  readonly ids?: IdRange;
  readonly log: Log;
}

/**
 * The routes that this agent keeps in the kernel. One change at a time: the kernel tries it, is
 * read back, the caller makes it durable, and if any of these fails the kernel is put back.
 */
export class Forwarding {
  private turn: Promise<unknown> = Promise.resolve();
  private running = 0;
  private turns = 0;

  constructor(
    private readonly kernel: Kernel,
    private readonly options: ForwardingOptions,
    private present: readonly StaticRoute[],
    private ids: Allocation,
  ) {}

  get routes(): readonly StaticRoute[] {
    return this.present;
  }

  get allocation(): Allocation {
    return this.ids;
  }

  /**
   * Makes the kernel forward by `next`. `persist` runs when the kernel has proved that it can, and
   * before this resolves. Rejects with a GnmiError, and with the kernel as it was.
   */
  change(next: readonly StaticRoute[], persist: (ids: Allocation) => Promise<void>): Promise<void> {
    return this.inTurn(async () => {
      const touched = changedPrefixes(this.present, next);
      const before = await this.kernel.read();
      this.checkAgainst(before, next, touched);
      const ids = this.allocateFor(next, before);
      const observed = ownedState(before, this.options.protocol);
      const wanted = renderOwned(next, ids, usableLinks(before));
      const target = withPrefixes(observed, wanted, touched, ids);
      try {
        await this.kernel.run(planCommands(observed, target, this.options.protocol));
        await this.checkReached(target);
        await persist(ids);
      } catch (error) {
        await this.putBack(observed);
        throw asGnmiError(error);
      }
      this.present = next;
      this.ids = ids;
      this.options.log.info({ prefixes: [...touched] }, 'routes changed');
    });
  }

  /**
   * Brings owned kernel state to the configuration: at start (all of it, `null`), and when a link
   * comes back (the prefixes that use it). Logs what differed; a refusal is logged, not thrown.
   */
  converge(prefixes: ReadonlySet<string> | null, reason: string): Promise<void> {
    return this.inTurn(async () => {
      const snapshot = await this.kernel.read();
      const observed = ownedState(snapshot, this.options.protocol);
      const foreign = foreignPrefixes(snapshot, this.options.protocol);
      for (const route of this.present)
        if (foreign.has(route.prefix))
          this.options.log.error(
            { prefix: route.prefix, protocol: foreign.get(route.prefix) },
            'prefix is routed by another program; left as it is',
          );
      const routes = this.present.filter((route) => !foreign.has(route.prefix));
      const wanted = renderOwned(routes, this.ids, usableLinks(snapshot));
      const target =
        prefixes === null ? wanted : withPrefixes(observed, wanted, prefixes, this.ids);
      const commands = planCommands(observed, target, this.options.protocol);
      if (commands.length === 0) return;
      const difference = ownedDifference(target, observed);
      this.options.log.warn({ reason, ...difference }, 'kernel brought back to the configuration');
      try {
        await this.kernel.run(commands);
      } catch (error) {
        if (!(error instanceof KernelRefusal)) throw error;
        this.options.log.error(
          { reason, error: error.message },
          'kernel refused the configuration',
        );
      }
    });
  }

  /** Where the kernel departs from the configuration; empty lists when it does not. */
  drift(snapshot: KernelSnapshot): ReturnType<typeof ownedDifference> {
    return ownedDifference(
      renderOwned(this.present, this.ids, usableLinks(snapshot)),
      ownedState(snapshot, this.options.protocol),
    );
  }

  /**
   * Null while something is under way; else a number that the next change makes another. A snapshot
   * taken between two equal ones shows nobody's intermediate state.
   */
  get quietSince(): number | null {
    return this.running === 0 ? this.turns : null;
  }

  private inTurn<Value>(task: () => Promise<Value>): Promise<Value> {
    this.running += 1;
    this.turns += 1;
    const done = this.turn.then(task).finally(() => {
      this.running -= 1;
    });
    // The caller sees the failure; the next in turn runs whatever became of this one.
    this.turn = done.catch(() => undefined);
    return done;
  }

  private allocateFor(routes: readonly StaticRoute[], snapshot: KernelSnapshot): Allocation {
    const taken = new Set(
      snapshot.nexthops
        .filter((nexthop) => nexthop.protocol !== this.options.protocol)
        .map((nexthop) => nexthop.id),
    );
    const ids = allocate(this.ids, routes, taken, this.options.ids ?? DEFAULT_IDS);
    if (ids === null) throw aborted('no nexthop id is free; the configured range is used up');
    return ids;
  }

  private checkAgainst(
    snapshot: KernelSnapshot,
    routes: readonly StaticRoute[],
    touched: ReadonlySet<string>,
  ): void {
    const names = new Set(snapshot.links.map((link) => link.name));
    const foreign = foreignPrefixes(snapshot, this.options.protocol);
    for (const route of routes) {
      if (!touched.has(route.prefix)) continue;
      const holder = foreign.get(route.prefix);
      if (holder !== undefined)
        throw failedPrecondition(
          `${staticPath(route.prefix)}: routed already by protocol ${holder} of another program`,
        );
      for (const hop of route.nextHops)
        if (!names.has(hop.interface))
          throw invalidArgument(
            `${nextHopPath(route.prefix, hop.index)}/interface-ref/config/interface: ` +
              `no interface "${hop.interface}" exists`,
          );
    }
  }

  private async checkReached(target: OwnedState): Promise<void> {
    const reached = ownedState(await this.kernel.read(), this.options.protocol);
    const { missing, unexpected } = ownedDifference(target, reached);
    if (missing.length + unexpected.length === 0) return;
    throw aborted(
      `the kernel did not keep what it accepted: missing [${missing.join('; ')}], ` +
        `unexpected [${unexpected.join('; ')}]`,
    );
  }

  private async putBack(before: OwnedState): Promise<void> {
    try {
      const now = ownedState(await this.kernel.read(), this.options.protocol);
      await this.kernel.run(planCommands(now, before, this.options.protocol));
    } catch (error) {
      // The Set is answered with its own failure; state leaves show what the kernel really holds.
      const detail = error instanceof Error ? error.message : String(error);
      this.options.log.error({ error: detail }, 'kernel could not be put back after a failure');
    }
  }
}

const usableLinks = (snapshot: KernelSnapshot): ((name: string) => boolean) => {
  const usable = usableLinkNames(snapshot);
  return (name) => usable.has(name);
};

/** Links over which the kernel accepts a next hop: up, and with carrier. */
export const usableLinkNames = (snapshot: KernelSnapshot): ReadonlySet<string> =>
  new Set(snapshot.links.filter((link) => link.up && link.carrier).map((link) => link.name));

/** Prefixes that other programs route in the main table, and by which protocol. */
function foreignPrefixes(snapshot: KernelSnapshot, protocol: number): ReadonlyMap<string, number> {
  return new Map(
    snapshot.routes
      .filter((route) => route.protocol !== protocol && route.metric === 0)
      .map((route) => [route.prefix, route.protocol]),
  );
}

function changedPrefixes(
  before: readonly StaticRoute[],
  after: readonly StaticRoute[],
): ReadonlySet<string> {
  const texts = new Map(before.map((route) => [route.prefix, JSON.stringify(route)]));
  const changed = new Set<string>();
  for (const route of after) {
    if (texts.get(route.prefix) !== JSON.stringify(route)) changed.add(route.prefix);
    texts.delete(route.prefix);
  }
  for (const prefix of texts.keys()) changed.add(prefix);
  return changed;
}

function asGnmiError(error: unknown): GnmiError {
  if (error instanceof GnmiError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  if (!(error instanceof KernelRefusal)) return aborted(`nothing was changed: ${detail}`);
  const prefix = error.command?.prefix ?? '';
  const where = prefix === '' ? '' : `${staticPath(prefix)}: `;
  return aborted(`${where}the kernel refused it, nothing was changed: ${detail}`);
}
