import type { Result } from '../base';
import type { ConfigImage, LeafDiff, QueueBehaviour, SrPolicy } from '../model';

export interface StaticRoute {
  readonly prefix: string;
  readonly nextHops: readonly {
    readonly index: string;
    /** IP address of the next hop, as configured. */
    readonly address: string;
    readonly interface: string;
    readonly weight: number;
  }[];
}

export interface QueueSettings {
  /** Exponent of the dynamic threshold, limit = free buffer x 2^factor; null when not dynamic. */
  readonly scalingFactor: number | null;
  readonly dedicatedBytes: number;
  /** Static limit in force, bytes; null when the queue has none (a dynamic one, or none known). */
  readonly limitBytes: number | null;
  readonly ecn: {
    readonly enabled: boolean;
    readonly minThresholdBytes: number;
    readonly maxThresholdBytes: number;
    readonly maxProbabilityPercent: number;
  } | null;
  /** How the port serves the queue; null when the device does not say. */
  readonly scheduling: {
    /** Served before all weighted queues. */
    readonly strict: boolean;
    /** Share of the queue is weight / totalWeight of what strict queues leave; 0 when strict. */
    readonly weight: number;
    /** Weights of all queues that the same scheduler serves, this one included. */
    readonly totalWeight: number;
  } | null;
}

/**
 * How one family of devices writes down what the loop decides: pure, no I/O. The image holds the
 * leaves under `managedPaths`; the diffs returned hold every touched leaf with its value before.
 */
export interface DeviceProfile {
  readonly name: string;
  /** Subtrees that make up the image, as canonical paths. */
  readonly managedPaths: readonly string[];
  /**
   * True where the routes of an image lie over those that the device has by itself: a prefix that
   * the image does not hold is then forwarded by routes that are not known here, not dropped.
   */
  readonly overlay?: boolean;
  routes(image: ConfigImage): readonly StaticRoute[];
  queue(image: ConfigImage, iface: string, queue: string): QueueSettings | null;
  renderRoute(
    image: ConfigImage,
    prefix: string,
    weightsByInterface: Readonly<Record<string, number>>,
  ): Result<readonly LeafDiff[]>;
  /** Shared profiles are cloned for the interface, never edited under other bindings. */
  renderBuffer(
    image: ConfigImage,
    setting: {
      readonly interface: string;
      readonly queue: string;
      /** Where the queue's share is dynamic. */
      readonly scalingFactor?: number | undefined;
      /** Where its limit is static, what it owns included; exactly one of the two. */
      readonly limitBytes?: number | undefined;
    },
  ): Result<readonly LeafDiff[]>;
  renderEcn(
    image: ConfigImage,
    setting: {
      readonly interface: string;
      readonly queue: string;
      readonly minThresholdBytes: number;
      readonly maxThresholdBytes: number;
      readonly maxProbabilityPercent: number;
    },
  ): Result<readonly LeafDiff[]>;
  /** The weights of the other queues stay as they are; a shared policy is cloned. */
  renderScheduler(
    image: ConfigImage,
    setting: { readonly interface: string; readonly queue: string; readonly weight: number },
  ): Result<readonly LeafDiff[]>;
  /**
   * All queues of a port at once: what goes to them, and how they are served and dropped. Shared
   * profiles are cloned; what packets are classified by is shared by all ports of the device. Left
   * out where the devices have no queues.
   */
  renderQos?(
    image: ConfigImage,
    port: { readonly interface: string; readonly queues: readonly QueueBehaviour[] },
  ): Result<readonly LeafDiff[]>;
  /** One candidate path of an SR policy; left out where the devices take none. */
  renderSrPolicy?(image: ConfigImage, policy: SrPolicy): Result<readonly LeafDiff[]>;
  /**
   * The route or queue that a leaf belongs to, as a path: leaves with the same answer are one thing
   * to the guards against oscillation. Without it each leaf stands for itself.
   */
  resourceOf?(path: string): string;
  /** Types, ranges and references of the image after the change; first violation wins. */
  checkSchema(after: ConfigImage): Result<void>;
}
