import type { Change, DeviceId, Topology } from '@weir/core/model';
import type { TimelineEvent } from '../timeline';
import { Ledger } from './ledger';
import type { OracleContext, OracleFactory } from './oracle';

type Worth = Extract<TimelineEvent, { kind: 'telemetry' }>['worth'];

/** Passes of the loop between the moment at which input can be seen to be bad and its effect, ms. */
const NOTICE_MS = 3_000;
/** A lie shows once both ends of a link have been sampled over it, ms. */
const LIE_SHOWS_MS = 5_000;

/**
 * I7: input that is stale, missing or wrong never produces a change. When the loop decides by
 * itself, and when it begins to apply, every device that the change writes, and every neighbour at
 * the other end of a link that it moves traffic on, has told the truth lately: none has been silent
 * for longer than the policy allows, and none has been saying what the other end contradicts for
 * longer than it takes to see that. So while such input lasts, no Set leaves either.
 */
export const goodInputOnly: OracleFactory = (context) => {
  const ledger = new Ledger();
  const worth = new Map<DeviceId, { readonly worth: Worth; readonly sinceMs: number }>();
  return {
    invariant: 'I7',
    see(event, report) {
      if (event.kind === 'telemetry' && worth.get(event.device)?.worth !== event.worth)
        worth.set(event.device, { worth: event.worth, sinceMs: event.atMs });
      if (event.kind !== 'record') return;
      const body = ledger.take(event.record, event.atMs);
      const begins = body?.kind === 'change-transition' && body.to === 'applying';
      const id = body?.kind === 'change-proposed' ? body.change.id : begins ? body.id : null;
      const change = id === null ? undefined : ledger.changes.get(id)?.change;
      if (change?.origin !== 'rule') return;
      for (const device of devicesOnPath(change, context.topology)) {
        const known = worth.get(device);
        if (known === undefined || known.worth === 'good') continue;
        const badMs = event.atMs - known.sinceMs;
        if (badMs <= allowedMs(known.worth, context)) continue;
        const what = begins ? 'began to be applied' : 'was proposed';
        report(
          `${change.id} ${what} while telemetry of ${device} was ${known.worth} for ${Math.round(badMs)} ms`,
        );
      }
    },
    end: () => undefined,
  };
};

const allowedMs = (worth: Worth, { policy }: OracleContext): number =>
  NOTICE_MS + (worth === 'wrong' ? LIE_SHOWS_MS : policy.freshness.staleMs);

function devicesOnPath(change: Change, { links }: Topology): ReadonlySet<DeviceId> {
  const devices = new Set(Object.keys(change.devices) as DeviceId[]);
  const touched = new Set(change.plan.touches.links);
  for (const { a, b } of links) {
    if (touched.has(`${a.device}:${a.interface}`)) devices.add(b.device);
    if (touched.has(`${b.device}:${b.interface}`)) devices.add(a.device);
  }
  return devices;
}
