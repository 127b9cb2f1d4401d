import type { Network } from '../network/network';
import type { Routing } from '../network/routing';
import { DEFAULT_QUEUE, type QueueScheduling, type QueueSetting } from '../network/settings';

/** What is configured for each queue, and what pauses do to it. Cells as in QueueLoads. */
export class QueueSettings {
  /** Rate per connection that paused feeders let through; Infinity where nothing is paused. */
  readonly capBps: Float64Array;
  private readonly width: number;
  private settings: (QueueSetting | undefined)[];

  constructor(
    private readonly network: Network,
    private readonly routing: Routing,
  ) {
    this.width = network.spec.queues.length;
    const cells = network.channels.length * this.width;
    this.capBps = new Float64Array(cells).fill(Infinity);
    this.settings = Array.from({ length: cells }, () => undefined);
  }

  fork(network: Network, routing: Routing): QueueSettings {
    const copy = new QueueSettings(network, routing);
    copy.capBps.set(this.capBps);
    copy.settings = this.settings.slice();
    return copy;
  }

  /** Reads the settings of a switch again. */
  configure(device: number): void {
    const settings = this.routing.settingsOf(device);
    for (const [name, channel] of this.network.egress[device] ?? []) {
      const port = settings.queues.get(name);
      this.network.spec.queues.forEach((queue, q) => {
        this.settings[channel * this.width + q] = port?.get(queue.name);
      });
    }
  }

  of(cell: number): QueueSetting {
    return this.settings[cell] ?? DEFAULT_QUEUE;
  }

  scheduling(channel: number, queue: number): QueueScheduling {
    const own = this.settings[channel * this.width + queue]?.scheduling;
    return own ?? this.network.spec.queues[queue] ?? { strict: false, weight: 1 };
  }
}
