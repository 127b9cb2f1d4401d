import type { Stream } from '../sharing/stream';
import type { AttackSpec, Granted, Job, JobContext, JobTotals, Observation } from './job';
import { Ledger } from './ledger';
import { reuse } from './same-streams';
import { openStream, pairsOf, spreadMembers } from './open-streams';

/** Rate of one of its many flows, bps: below any fair share, so that only drops hold it back. */
const FLOW_BPS = 1e6;

interface Listing {
  readonly version: number;
  readonly scale: number;
  readonly streams: readonly Stream[];
}

/** A scan or a flood: every source sends to every destination, whatever becomes of it. */
export class Attack implements Job {
  scale = 1;
  readonly done = false;
  private listing: Listing | null = null;

  constructor(
    readonly spec: AttackSpec,
    private readonly context: JobContext,
    private readonly ledger = new Ledger(),
  ) {}

  streams(): readonly Stream[] {
    const { listing, spec, context, scale } = this;
    const { version } = context.routing;
    if (listing?.version === version && listing.scale === scale) return listing.streams;
    const pairs = pairsOf(spec.sources, spec.destinations);
    const perPairBps = (spec.bps * scale) / pairs.length;
    const flows = Math.max(1, Math.ceil(perPairBps / FLOW_BPS));
    const groups = spreadMembers(pairs, flows, context);
    const demandBps = perPairBps / flows;
    const sent = groups.map((members) => openStream(members, demandBps, null, spec, context));
    const streams = reuse(listing?.streams ?? [], sent);
    this.listing = { version, scale, streams };
    return streams;
  }

  nextEventMs(): number {
    return Infinity;
  }

  advance(fromMs: number, toMs: number, granted: Granted): void {
    this.listing?.streams.forEach(({ members }, index) => {
      const connections = members.reduce((sum, member) => sum + member.connections, 0);
      this.ledger.bytes += (granted(index) * connections * (toMs - fromMs)) / 8000;
    });
  }

  /** Nobody measures how it is doing. */
  take(): Observation[] {
    return [];
  }

  totals(): JobTotals {
    return this.ledger.totals();
  }

  fork(context: JobContext): Attack {
    const copy = new Attack(this.spec, context, this.ledger.copy());
    copy.scale = this.scale;
    copy.listing = this.listing;
    return copy;
  }
}
