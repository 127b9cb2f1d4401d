import type { ChangeId } from '@weir/core/model';
import { leavesOf, Ledger, type TrackedChange } from './ledger';
import type { OracleFactory } from './oracle';

/** How long after its lease has run out an automatic change may still be there, in time-outs. */
const GRACE_TIMEOUTS = 60;

/**
 * I2, of what stands: every automatic change is a lease. One that was kept by the loop stands at
 * the end only while its lease runs, unless a later change has undone or overwritten it, somebody
 * else's configuration was found in its place and adopted, or a person is needed on one of its
 * devices. A change of the loop that is kept must have a lease at all.
 */
export const leasesEnd: OracleFactory = ({ operationTimeoutMs }) => {
  const ledger = new Ledger();
  const order: ChangeId[] = [];
  const adopted = new Set<ChangeId>();
  return {
    invariant: 'I2',
    see(event) {
      if (event.kind !== 'record') return;
      const body = ledger.take(event.record, event.atMs);
      if (body?.kind === 'change-transition' && body.to === 'confirmed') order.push(body.id);
      if (body?.kind === 'change-adopted') adopted.add(body.id);
    },
    end({ atMs }, report) {
      const kept = order.flatMap((id) => ledger.changes.get(id) ?? []);
      kept.forEach((tracked, index) => {
        const { change, leaseUntilMs } = tracked;
        if (change.origin !== 'rule' || change.action.type === 'undo') return;
        if (adopted.has(change.id)) return;
        if (isReplaced(tracked, kept.slice(index + 1)) || isFenced(tracked, ledger)) return;
        if (leaseUntilMs === null) report(`${change.id} was kept by the loop without a lease`);
        else if (leaseUntilMs + GRACE_TIMEOUTS * operationTimeoutMs < atMs)
          report(`the lease of ${change.id} ran out at ${Math.round(leaseUntilMs)} ms, it stands`);
      });
    },
  };
};

function isReplaced(tracked: TrackedChange, later: readonly TrackedChange[]): boolean {
  return later.some(
    (other) =>
      (other.change.action.type === 'undo' && other.change.action.changeId === tracked.change.id) ||
      other.change.plan.diffs.some(({ device, leaves }) => {
        const written = new Set(leaves.map((leaf) => leaf.path));
        return leavesOf(tracked, device).some((leaf) => written.has(leaf.path));
      }),
  );
}

const isFenced = ({ prepared }: TrackedChange, { fenced }: Ledger): boolean =>
  [...prepared.keys()].some((device) => fenced.has(device));
