import type { Random } from '@weir/core/base';
import type { DeviceId } from '@weir/core/model';

export type DeviceCall = 'read' | 'probe' | 'set' | 'confirm' | 'cancel';

export interface Message {
  readonly process: string;
  readonly device: DeviceId;
  readonly call: DeviceCall;
  readonly direction: 'request' | 'answer';
}

/** What a fault does to one message; null leaves it alone. */
export type Interference = (message: Message) => {
  readonly lost?: boolean;
  readonly delayMs?: number;
  readonly copies?: number;
} | null;

/** The management network between controllers and switches. */
export class Network {
  private readonly interferences = new Set<Interference>();
  private readonly cutDevices = new Map<DeviceId, number>();

  constructor(private readonly random: Random) {}

  /** Returns what ends it. */
  interfere(interference: Interference): () => void {
    this.interferences.add(interference);
    return () => void this.interferences.delete(interference);
  }

  /** Nothing gets to or from the device until the returned function was called. */
  cut(device: DeviceId): () => void {
    this.cutDevices.set(device, (this.cutDevices.get(device) ?? 0) + 1);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.cutDevices.set(device, (this.cutDevices.get(device) ?? 1) - 1);
    };
  }

  isCut(device: DeviceId): boolean {
    return (this.cutDevices.get(device) ?? 0) > 0;
  }

  /** Times that the copies of a message take, ms; empty when it is lost. */
  carry(message: Message): readonly number[] {
    if (this.isCut(message.device)) return [];
    let delayMs = 1 + this.random.below(4);
    let copies = 1;
    for (const interference of this.interferences) {
      const effect = interference(message);
      if (effect === null) continue;
      if (effect.lost === true) return [];
      delayMs += effect.delayMs ?? 0;
      copies = Math.max(copies, effect.copies ?? 1);
    }
    // The transport may send a call again before it is answered, never after.
    return Array.from({ length: copies }, (_, i) => delayMs + i);
  }
}
