import { phasesOf, type PairGroup, type PhaseShape } from './collectives';
import { routeIndependent, routeLockStep, type Connection } from './connections';
import type { Collective, JobContext, TrainingSpec } from './job';
import { sameOr } from './same-streams';
import { stranded, transferOn, type Transfer } from './transfer';

/** A group of a phase with its connections; routed once for each version of the routing. */
interface Prepared {
  readonly group: PairGroup;
  readonly connections: readonly Connection[];
  routed: { readonly version: number; readonly transfers: readonly Transfer[] } | null;
}

/**
 * The collectives of a training job, taken apart and routed once: a sequence of a thousand calls
 * uses a few shapes with ever other numbers of bytes.
 */
export class Plan {
  private readonly shapes = new Map<string, readonly PhaseShape[]>();
  private readonly prepared = new Map<PhaseShape, readonly Prepared[]>();

  constructor(private readonly spec: TrainingSpec) {}

  /** The same in another world, where routing will count its versions on from the same number. */
  fork(): Plan {
    const copy = new Plan(this.spec);
    for (const [key, phases] of this.shapes) copy.shapes.set(key, phases);
    for (const [shape, prepared] of this.prepared) {
      copy.prepared.set(
        shape,
        prepared.map((entry) => ({ ...entry })),
      );
    }
    return copy;
  }

  phases(collective: Collective): readonly PhaseShape[] {
    const { bytes: _, ...shape } = collective;
    const key = JSON.stringify(shape);
    let phases = this.shapes.get(key);
    if (phases === undefined) {
      phases = phasesOf(collective, this.spec.workers);
      this.shapes.set(key, phases);
    }
    return phases;
  }

  /** The transfers of a phase of a collective of this many bytes, ready to start. */
  transfers(shape: PhaseShape, bytes: number, nowMs: number, context: JobContext): Transfer[] {
    let prepared = this.prepared.get(shape);
    if (prepared === undefined) {
      const all = shape.groups.map((group) => this.prepare(group));
      prepared = all.filter(({ connections }) => connections.length > 0);
      this.prepared.set(shape, prepared);
    }
    return prepared.flatMap((entry) => {
      if (entry.routed?.version !== context.routing.version) {
        const before = entry.routed?.transfers ?? [];
        const transfers = this.route(entry, context).map((transfer, index) => ({
          ...transfer,
          stream: sameOr(before[index]?.stream, transfer.stream),
        }));
        entry.routed = { version: context.routing.version, transfers };
      }
      const leftBytes = (bytes * entry.group.bytesRatio) / this.spec.connections;
      return entry.routed.transfers.map((transfer) => ({
        ...transfer,
        leftBytes,
        startsAtMs: nowMs,
        strandedAtMs: transfer.stream === null ? nowMs : null,
      }));
    });
  }

  /** A host named twice among the workers has two accelerators, which talk without the network. */
  private prepare(group: PairGroup): Prepared {
    const { name, connections: parallel } = this.spec;
    const connections = group.sources.flatMap((source, pair) => {
      const destination = group.destinations[pair] ?? '';
      if (source === destination) return [];
      return Array.from({ length: parallel }, (_, i) => ({
        source,
        destination,
        flow: `${name}/${source}>${destination}/${i}`,
        weight: group.weight,
      }));
    });
    return { group, connections, routed: null };
  }

  private route({ group, connections }: Prepared, context: JobContext): Transfer[] {
    if (group.pacing === 'lock-step') {
      const routed = routeLockStep(connections, this.spec, context);
      return routed === null
        ? [stranded(connections, 0, 0, true)]
        : [transferOn(routed, 0, 0, true)];
    }
    const { routed, stranded: without } = routeIndependent(connections, this.spec, context);
    const transfers = routed.map((entry) => transferOn(entry, 0, 0, false));
    return without.length === 0 ? transfers : [...transfers, stranded(without, 0, 0, false)];
  }
}
