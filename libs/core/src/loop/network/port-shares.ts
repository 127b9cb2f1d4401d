import type { ConfigImage, DeviceId } from '../../model';
import type { QueueSettings } from '../../ports';
import { thresholdOf } from '../observed';
import type { Pass } from '../pass';
import { channelsOf } from './legs';
import { profileOf } from './routing';

/** A queue of a port by what it sends and what the objectives of its class need of the port. */
export interface QueueShare {
  readonly queue: string;
  /** Average of some seconds; NaN when unknown. */
  readonly sentBps: number;
  readonly scheduling: QueueSettings['scheduling'];
  /** Rate below which an objective of its class would be missed; null when none crosses here. */
  readonly need: { readonly objectiveId: string; readonly bps: number } | null;
}

export interface PortShares {
  readonly capacityBps: number;
  readonly queues: readonly QueueShare[];
}

interface Port {
  readonly device: DeviceId;
  readonly interface: string;
}

/** Queues that send less than this share of the port do not compete for it. */
const COMPETES = 0.02;
/** Room that requests need above their mean rate, so that their queue empties between bursts. */
const REQUEST_MARGIN = 1.25;

/** Queues of a port as an image schedules them; null when the port or its telemetry is unknown. */
export function portShares(
  pass: Pass,
  { device: id, interface: iface }: Port,
  image: ConfigImage,
  /** Whose needs are not asked for: the objective that the change is for. */
  except: string | null,
): PortShares | null {
  const { frame, trend } = pass.observed;
  const device = pass.env.topology.devices.get(id);
  const profile = profileOf(pass, id);
  const capacityBps = device?.interfaces.get(iface)?.capacityBps;
  if (frame === null || device === undefined || profile === null || capacityBps === undefined)
    return null;
  const needs = needsOn(pass, { device: id, interface: iface }, except);
  const queues = [...new Set(device.queueOfClass.values())].map((queue): QueueShare => {
    const index = frame.layout.queueIndex.get(`${id}:${iface}:${queue}`) ?? -1;
    const now = frame.queues.txBps[index] ?? NaN;
    const sentBps = trend?.queueBps[index] ?? now;
    const ratio = needs.get(queue);
    return {
      queue,
      sentBps,
      scheduling: profile.queue(image, iface, queue)?.scheduling ?? null,
      need:
        ratio === undefined
          ? null
          : { objectiveId: ratio.objectiveId, bps: Math.max(sentBps, now) * ratio.ratio },
    };
  });
  return { capacityBps, queues };
}

/** By queue: how much of its present rate the objectives of its class need at the least. */
function needsOn(
  pass: Pass,
  { device: id, interface: iface }: Port,
  except: string | null,
): ReadonlyMap<string, { readonly objectiveId: string; readonly ratio: number }> {
  const needs = new Map<string, { objectiveId: string; ratio: number }>();
  const queueOfClass = pass.env.topology.devices.get(id)?.queueOfClass;
  for (const [objectiveId, state] of pass.observed.objectives) {
    const { objective } = state;
    const queue = queueOfClass?.get(objective.class);
    if (queue === undefined || objectiveId === except) continue;
    if (!channelsOf(pass, objective).has(`${id}:${iface}`)) continue;
    // Requests want their rate and room; a transfer that is within its time may take longer by as
    // much as that leaves, since its time goes with the inverse of its rate.
    const slack = state.quantileMs / thresholdOf(state, pass.env.policy.detect);
    const ratio = objective.metric === 'request-latency' ? REQUEST_MARGIN : slack < 1 ? slack : 1;
    if (ratio > (needs.get(queue)?.ratio ?? 0)) needs.set(queue, { objectiveId, ratio });
  }
  return needs;
}

/** What strict queues leave of the port, bps. */
export const leftBps = ({ capacityBps, queues }: PortShares): number =>
  Math.max(
    0,
    capacityBps -
      queues.reduce(
        (sum, { scheduling, sentBps }) =>
          scheduling?.strict === true && sentBps > 0 ? sum + sentBps : sum,
        0,
      ),
  );

/** Queues served by weight whose traffic competes with that of a queue, apart from itself. */
export const rivalsOf = (shares: PortShares, queue: string): readonly QueueShare[] =>
  shares.queues.filter(
    (item) => item.queue !== queue && weightOf(item) > 0 && competes(shares, item),
  );

// What is not known to be idle competes.
const competes = ({ capacityBps }: PortShares, { sentBps }: QueueShare): boolean =>
  !(sentBps <= COMPETES * capacityBps);

export const weightOf = ({ scheduling }: QueueShare): number =>
  scheduling === null || scheduling.strict ? 0 : scheduling.weight;

/**
 * What a queue gets at the least beside the queues that send now, bps: generalised processor
 * sharing (Parekh and Gallager 1993) serves every queue with traffic waiting by its weight over
 * the weights of those that have some.
 */
export function fairBps(shares: PortShares, queue: string): number {
  const own = shares.queues.find((item) => item.queue === queue);
  const weight = own === undefined ? 0 : weightOf(own);
  const rivals = rivalsOf(shares, queue).reduce((sum, item) => sum + weightOf(item), 0);
  return weight === 0 ? 0 : (leftBps(shares) * weight) / (weight + rivals);
}
