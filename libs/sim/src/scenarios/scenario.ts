import type { TrafficClass } from '@weir/core/model';
import type { JobSpec } from '../jobs/job';
import type { ChannelFault } from '../network/network';
import type { FabricSpec } from '../network/spec';
import { DEFAULT_QUEUE, type SwitchSettings } from '../network/settings';

/** Weights or a buffer exponent that are not as they come out of the box. */
export type SettingChange =
  | {
      readonly kind: 'route';
      readonly device: string;
      readonly prefix: string;
      readonly weights: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: 'scaling-factor';
      readonly device: string;
      readonly interface: string;
      readonly queue: string;
      readonly scalingFactor: number;
    };

/** One story in one region of a fabric: how it is when all is well, and what then goes wrong. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What happens, for people, in one or two sentences. */
  readonly story: string;
  /** Device group of its leaves; scenarios do not share leaves. */
  readonly region: string;
  readonly leaves: readonly string[];
  /** The service whose latency tells how things are. */
  readonly objective: {
    readonly workload: string;
    readonly class: TrafficClass;
    readonly thresholdMs: number;
    readonly sources: readonly string[];
    readonly destinations: readonly string[];
  };
  /** Configuration that the region starts with. */
  readonly settings: readonly SettingChange[];
  /** Hidden from the beginning; no counter of the sending port shows them. */
  readonly faults: readonly {
    readonly link: string;
    readonly from: string;
    readonly fault: Partial<ChannelFault>;
  }[];
  /** Workloads in good times. */
  readonly baseline: readonly JobSpec[];
  /** Started when the incident begins; one of the same name takes the place of the running one. */
  readonly incident: readonly JobSpec[];
}

/** A fabric with the scenarios that can be played on it. */
export interface Stage {
  readonly spec: FabricSpec;
  readonly scenarios: readonly Scenario[];
}

/** Settings of a switch with the changes for it applied. */
export function withChanges(
  device: string,
  settings: SwitchSettings,
  changes: readonly SettingChange[],
): SwitchSettings {
  const routes = new Map(settings.routes);
  const queues = new Map(settings.queues);
  for (const change of changes) {
    if (change.device !== device) continue;
    if (change.kind === 'route') {
      const hops = Object.entries(change.weights).map(([name, weight]) => ({
        interface: name,
        weight,
      }));
      routes.set(change.prefix, hops);
      continue;
    }
    const port = new Map(queues.get(change.interface));
    const before = port.get(change.queue);
    port.set(change.queue, {
      ...(before ?? DEFAULT_QUEUE),
      limit: { kind: 'dynamic', scalingFactor: change.scalingFactor },
    });
    queues.set(change.interface, port);
  }
  return { routes, queues };
}
