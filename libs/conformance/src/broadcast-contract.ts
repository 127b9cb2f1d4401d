import type { Broadcast } from '@weir/core/ports';
import { eventually } from './eventually';

export interface BroadcastHarness {
  readonly sender: Broadcast;
  readonly receiver: Broadcast;
  dispose(): Promise<void>;
}

export function broadcastContract(name: string, make: () => Promise<BroadcastHarness>): void {
  describe(`broadcast contract: ${name}`, () => {
    let harness: BroadcastHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(() => harness.dispose());

    it('carries every byte value to all subscribers of the topic, in order', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      const one: Uint8Array[] = [];
      const two: Uint8Array[] = [];
      await harness.receiver.subscribe('frames', (message) => one.push(message));
      await harness.receiver.subscribe('frames', (message) => two.push(message));
      await harness.sender.publish('frames', bytes);
      await harness.sender.publish('frames', Uint8Array.of(1, 2));
      await eventually('both messages', () => one.length === 2 && two.length === 2);
      expect(one.map((message) => [...message])).toEqual([[...bytes], [1, 2]]);
      expect(two).toHaveLength(2);
    });

    it('does not see later writes of the sender into its buffer', async () => {
      const seen: Uint8Array[] = [];
      await harness.receiver.subscribe('frames', (message) => seen.push(message));
      const buffer = Uint8Array.of(1);
      const published = harness.sender.publish('frames', buffer);
      buffer[0] = 9;
      await published;
      await eventually('message', () => seen.length === 1);
      expect(seen[0]?.[0]).toBe(1);
    });

    it('keeps topics apart', async () => {
      const seen: number[] = [];
      await harness.receiver.subscribe('a', (message) => seen.push(message[0] ?? -1));
      await harness.sender.publish('b', Uint8Array.of(2));
      await harness.sender.publish('a', Uint8Array.of(1));
      await eventually('message of topic a', () => seen.length > 0);
      expect(seen).toEqual([1]);
    });

    it('publishes to nobody without an error', async () => {
      await harness.sender.publish('empty', Uint8Array.of(1));
    });

    it('goes on after a subscriber threw', async () => {
      const seen: number[] = [];
      await harness.receiver.subscribe('a', () => {
        throw new Error('subscriber defect');
      });
      await harness.receiver.subscribe('a', (message) => seen.push(message[0] ?? -1));
      await harness.sender.publish('a', Uint8Array.of(1));
      await harness.sender.publish('a', Uint8Array.of(2));
      await eventually('both messages', () => seen.length === 2);
    });
  });
}
