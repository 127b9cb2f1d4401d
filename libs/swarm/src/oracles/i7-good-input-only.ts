import type { Change, DeviceId, Port, RecordBody, Topology } from '@weir/core/model';
import type { TimelineEvent } from '../timeline';
import { Ledger } from './ledger';
import type { OracleContext, OracleFactory } from './oracle';

type Worth = Extract<TimelineEvent, { kind: 'telemetry' }>['worth'];

/** Passes of the loop between the moment at which input can be seen to be bad and its effect, ms. */
const NOTICE_MS = 3_000;
/**
 * A lie shows once both ends of a link have been sampled over it, ms: counters that differ for a
 * moment are no lie. Samples of before a route was moved, or of another leader, say nothing.
 */
const LIE_SHOWS_MS = 12_000;

/**
 * I7: input that is stale, missing or wrong never produces a change. When a change of the loop
 * begins, and before each of its stages is written, every device that it writes, and every neighbour
 * at the other end of a link that it moves traffic on, has told the truth lately: none has been
 * silent for longer than the policy allows, and none has been saying what the other end contradicts
 * for longer than it takes to see that. So while such input lasts, no Set leaves. Where only some
 * ports of a device are silent, those that the change moves traffic on count.
 */
export const goodInputOnly: OracleFactory = (context) => {
  const ledger = new Ledger();
  const known = new Map<DeviceId, Known>();
  let lookingSinceMs = 0;
  return {
    invariant: 'I7',
    see(event, report) {
      if (event.kind === 'telemetry') learn(known, event);
      if (event.kind === 'effect' || event.kind === 'process') lookingSinceMs = event.atMs;
      if (event.kind !== 'record') return;
      const body = ledger.take(event.record, event.atMs);
      if (body === null || !writes(body)) return;
      const change = ledger.changes.get(body.id)?.change;
      if (change?.origin !== 'rule') return;
      for (const [device, { worth, sinceMs }] of badOnPath(change, known, context.topology)) {
        const shownMs = worth === 'wrong' ? Math.max(sinceMs, lookingSinceMs) : sinceMs;
        const badMs = event.atMs - shownMs;
        if (badMs <= allowedMs(worth, context)) continue;
        const what = body.kind === 'device-operation' ? `is written to ${body.device}` : 'begins';
        report(
          `${change.id} ${what} while telemetry of ${device} was ${worth} for ${Math.round(badMs)} ms`,
        );
      }
    },
    end: () => undefined,
  };
};

interface Known {
  readonly worth: Worth;
  readonly sinceMs: number;
  /** Null: all of it. */
  readonly ports: readonly string[] | null;
}

function learn(known: Map<DeviceId, Known>, event: Extract<TimelineEvent, { kind: 'telemetry' }>) {
  const { device, worth, atMs } = event;
  if (known.get(device)?.worth === worth) return;
  known.set(device, { worth, sinceMs: atMs, ports: event.ports ?? null });
}

type Write = Extract<RecordBody, { kind: 'change-transition' | 'device-operation' }>;

const writes = (body: RecordBody): body is Write =>
  (body.kind === 'change-transition' && body.to === 'applying') ||
  (body.kind === 'device-operation' && body.verb === 'commit');

function* badOnPath(
  change: Change,
  known: ReadonlyMap<DeviceId, Known>,
  topology: Topology,
): Iterable<readonly [DeviceId, Known]> {
  const touched = new Set(change.plan.touches.links);
  for (const [device, ports] of portsOnPath(change, topology)) {
    const found = known.get(device);
    if (found === undefined || found.worth === 'good') continue;
    if (found.ports === null) yield [device, found];
    else if (found.ports.some((port) => ports.has(port) || touched.has(`${device}:${port}`)))
      yield [device, found];
  }
}

const allowedMs = (worth: Worth, { policy }: OracleContext): number =>
  NOTICE_MS + (worth === 'wrong' ? LIE_SHOWS_MS : policy.freshness.staleMs);

/** Devices that the change writes, and those at the far ends of its links with the port there. */
function portsOnPath(change: Change, { links }: Topology): ReadonlyMap<DeviceId, Set<string>> {
  const found = new Map<DeviceId, Set<string>>();
  for (const device of Object.keys(change.devices)) found.set(device as DeviceId, new Set());
  const touched = new Set(change.plan.touches.links);
  const add = (far: Port): void => {
    found.set(far.device, (found.get(far.device) ?? new Set()).add(far.interface));
  };
  for (const { a, b } of links) {
    if (touched.has(`${a.device}:${a.interface}`)) add(b);
    if (touched.has(`${b.device}:${b.interface}`)) add(a);
  }
  return found;
}
