import { aborted, failedPrecondition, GnmiError, invalidArgument } from '@weir/gnmi';
import { KernelRefusal, type Kernel, type KernelSnapshot } from '../kernel/kernel';
import { ownedDifference, ownedState, routeSelector, type OwnedState } from '../kernel/owned-state';
import { planCommands } from '../kernel/plan';
import type { Log } from '../log';
import { allocate, DEFAULT_IDS, type Allocation, type IdRange } from './allocation';
import { nextHopPath, staticPath } from './paths';
import { renderOwned, withPrefixes } from './render';
import type { KernelChange } from '../transaction';
import { DROP, type StaticRoute } from './static-route';

export type { Log } from '../log';

export interface ForwardingOptions {
  readonly protocol: number;
  readonly ids?: IdRange;
  /** Hash buckets of the groups, which are resilient then; 0: plain groups. */
  readonly buckets?: number;
  readonly log: Log;
}

/** A change of routes that was checked; `ids` are to be kept with the configuration. */
export interface RouteChange extends KernelChange {
  readonly ids: Allocation;
}

/**
 * The routes that this agent keeps in the kernel. The kernel tries a change and is read back; who
 * calls sees to it that there is one change at a time, and that it is put back when another part
 * of the same Set fails.
 */
export class Forwarding {
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
   * Throws a GnmiError when the routes cannot be; the kernel is not touched. `restoring`: a link
   * that has gone meanwhile is no reason to refuse what was; its next hops wait for it.
   */
  prepare(next: readonly StaticRoute[], before: KernelSnapshot, restoring = false): RouteChange {
    const touched = changedPrefixes(this.present, next);
    this.checkAgainst(before, next, touched, restoring);
    const ids = touched.size === 0 ? this.ids : this.allocateFor(next, before);
    let observed: OwnedState | null = null;
    return {
      ids,
      apply: async () => {
        if (touched.size === 0) return;
        // Links may have come up since: read again.
        const now = await this.kernel.read();
        observed = ownedState(now, this.options.protocol);
        const wanted = this.render(next, ids, now);
        const target = withPrefixes(observed, wanted, touched, ids);
        await this.tryOut(observed, target);
      },
      putBack: async () => {
        if (observed === null) return;
        const now = ownedState(await this.kernel.read(), this.options.protocol);
        await this.kernel.run(planCommands(now, observed, this.options.protocol));
      },
      keep: () => {
        this.present = next;
        this.ids = ids;
        if (touched.size > 0) this.options.log.info({ prefixes: [...touched] }, 'routes changed');
      },
    };
  }

  /**
   * Brings owned kernel state to the configuration: at start (all of it, `null`), and when a link
   * comes back (the prefixes that use it). Logs what differed; a refusal is logged, not thrown.
   */
  async converge(prefixes: ReadonlySet<string> | null, reason: string): Promise<void> {
    const snapshot = await this.kernel.read();
    const observed = ownedState(snapshot, this.options.protocol);
    const foreign = foreignRoutes(snapshot, this.options.protocol);
    const holderOf = (route: StaticRoute): number | undefined =>
      foreign.get(routeSelector(route.prefix, route.metric));
    for (const route of this.present)
      if (holderOf(route) !== undefined)
        this.options.log.error(
          { prefix: route.prefix, protocol: holderOf(route) },
          'prefix is routed by another program; left as it is',
        );
    const routes = this.present.filter((route) => holderOf(route) === undefined);
    this.ids = this.allocateFor(this.present, snapshot);
    const wanted = this.render(routes, this.ids, snapshot);
    const target = prefixes === null ? wanted : withPrefixes(observed, wanted, prefixes, this.ids);
    const commands = planCommands(observed, target, this.options.protocol);
    if (commands.length === 0) return;
    const difference = ownedDifference(target, observed);
    this.options.log.warn({ reason, ...difference }, 'kernel brought back to the configuration');
    try {
      await this.kernel.run(commands);
    } catch (error) {
      if (!(error instanceof KernelRefusal)) throw error;
      this.options.log.error({ reason, error: error.message }, 'kernel refused the configuration');
    }
  }

  /** Where the kernel departs from the configuration; empty lists when it does not. */
  drift(snapshot: KernelSnapshot): ReturnType<typeof ownedDifference> {
    return ownedDifference(
      this.render(this.present, this.ids, snapshot),
      ownedState(snapshot, this.options.protocol),
    );
  }

  private render(
    routes: readonly StaticRoute[],
    ids: Allocation,
    snapshot: KernelSnapshot,
  ): OwnedState {
    const usable = usableLinkNames(snapshot);
    return renderOwned(routes, ids, (name) => usable.has(name), this.options.buckets ?? 0);
  }

  private allocateFor(routes: readonly StaticRoute[], snapshot: KernelSnapshot): Allocation {
    const taken = new Set(
      snapshot.nexthops
        .filter((nexthop) => nexthop.protocol !== this.options.protocol)
        .map((nexthop) => nexthop.id),
    );
    const ids = allocate(
      this.ids,
      routes,
      taken,
      this.options.ids ?? DEFAULT_IDS,
      this.options.buckets ?? 0,
    );
    if (ids === null) throw aborted('no nexthop id is free; the configured range is used up');
    return ids;
  }

  private checkAgainst(
    snapshot: KernelSnapshot,
    routes: readonly StaticRoute[],
    touched: ReadonlySet<string>,
    restoring: boolean,
  ): void {
    const names = new Set(snapshot.links.map((link) => link.name));
    const foreign = foreignRoutes(snapshot, this.options.protocol);
    for (const route of routes) {
      if (!touched.has(route.prefix)) continue;
      const holder = foreign.get(routeSelector(route.prefix, route.metric));
      if (holder !== undefined)
        throw failedPrecondition(
          `${staticPath(route.prefix)}: routed already by protocol ${holder} of another program`,
        );
      for (const hop of route.nextHops)
        if (!restoring && hop.address !== DROP && !names.has(hop.interface))
          throw invalidArgument(
            `${nextHopPath(route.prefix, hop.index)}/interface-ref/config/interface: ` +
              `no interface "${hop.interface}" exists`,
          );
    }
  }

  private async tryOut(observed: OwnedState, target: OwnedState): Promise<void> {
    try {
      await this.kernel.run(planCommands(observed, target, this.options.protocol));
    } catch (error) {
      throw asGnmiError(error);
    }
    const reached = ownedState(await this.kernel.read(), this.options.protocol);
    const { missing, unexpected } = ownedDifference(target, reached);
    if (missing.length + unexpected.length === 0) return;
    throw aborted(
      `the kernel did not keep what it accepted: missing [${missing.join('; ')}], ` +
        `unexpected [${unexpected.join('; ')}]`,
    );
  }
}

/** Links over which the kernel accepts a next hop: up, and with carrier. */
export const usableLinkNames = (snapshot: KernelSnapshot): ReadonlySet<string> =>
  new Set(snapshot.links.filter((link) => link.up && link.carrier).map((link) => link.name));

/** Routes of other programs in the main table, by selector, and the protocol of each. */
function foreignRoutes(snapshot: KernelSnapshot, protocol: number): ReadonlyMap<string, number> {
  return new Map(
    snapshot.routes
      .filter((route) => route.protocol !== protocol)
      .map((route) => [routeSelector(route.prefix, route.metric), route.protocol]),
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
