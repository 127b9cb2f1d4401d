import {
  patched,
  type DeviceDiff,
  type DeviceId,
  type QosAction,
  type SchedulerAction,
} from '../../model';
import type { Draft } from '../4-decide';
import { fairBps, portShares, weightOf } from '../network';
import type { Pass } from '../pass';
import type { Verdict } from './blast-radius';

const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;

/** The ports that the action names, each once. */
const portsOf = ({ settings }: SchedulerAction | QosAction) => {
  const ports = new Map<string, { readonly device: DeviceId; readonly interface: string }>();
  for (const item of settings) ports.set(`${item.device}:${item.interface}`, item);
  return [...ports.values()];
};

/**
 * No queue of a touched port may be left less than the objectives of its class need: what the
 * leaves make of the port, whoever wrote them. A queue that has less than that already and loses
 * nothing by the change is no reason against it.
 */
export function sharesHold(pass: Pass, draft: Draft, diffs: readonly DeviceDiff[]): Verdict {
  if (draft.action.type !== 'scheduler' && draft.action.type !== 'qos') return null;
  for (const port of portsOf(draft.action)) {
    const image = pass.observed.images.get(port.device);
    const leaves = diffs.find((diff) => diff.device === port.device)?.leaves;
    if (image === undefined || leaves === undefined) continue;
    const before = portShares(pass, port, image, draft.objectiveId);
    const after = portShares(pass, port, patched(image, leaves), draft.objectiveId);
    if (before === null || after === null) continue;
    for (const { queue, need, scheduling } of after.queues) {
      // What is served first has the port before those that have parts of it.
      if (need === null || scheduling?.strict === true) continue;
      const [had, has] = [fairBps(before, queue), fairBps(after, queue)];
      // A need that is not known is NaN, and is met by nothing.
      if (has >= had || has >= need.bps) continue;
      const at = `${port.device}:${port.interface}:${queue}`;
      return [
        'queue-starved',
        `${at} would get ${percent(has / after.capacityBps)} of its port, ` +
          `and ${need.objectiveId} needs ${percent(need.bps / after.capacityBps)}`,
      ];
    }
  }
  return null;
}

/** Which other queues of the touched ports are guaranteed less afterwards, for the plan. */
export function lostShares(pass: Pass, action: SchedulerAction): readonly string[] {
  return portsOf(action).flatMap((port) => {
    const image = pass.observed.images.get(port.device);
    const shares = image === undefined ? null : portShares(pass, port, image, null);
    if (shares === null) return [];
    const settings = action.settings.filter(
      (item) => item.device === port.device && item.interface === port.interface,
    );
    const wanted = new Map(settings.map((item) => [item.queue, item.weight]));
    const growth = shares.queues.reduce(
      (sum, item) => sum + (wanted.get(item.queue) ?? weightOf(item)) - weightOf(item),
      0,
    );
    return shares.queues
      .filter((item) => weightOf(item) > 0 && !wanted.has(item.queue) && growth > 0)
      .map(({ queue, scheduling }) => {
        const { weight, totalWeight } = scheduling as NonNullable<typeof scheduling>;
        return (
          `queue ${queue} of ${port.device}:${port.interface} is guaranteed ` +
          `${percent(weight / (totalWeight + growth))} of it instead of ${percent(weight / totalWeight)}`
        );
      });
  });
}
