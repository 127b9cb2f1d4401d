import { broadcastContract, commandBusContract } from '@weir/conformance';
import { MemoryBroadcast, MemoryCommandBus } from './index';

commandBusContract('memory', async () => {
  const bus = new MemoryCommandBus();
  return { api: bus, engine: bus, dispose: () => bus.close() };
});

broadcastContract('memory', async () => {
  const broadcast = new MemoryBroadcast();
  return { sender: broadcast, receiver: broadcast, dispose: () => broadcast.close() };
});

describe('MemoryCommandBus', () => {
  it('answers a request that was made before the engine served', async () => {
    const bus = new MemoryCommandBus();
    const answer = bus.request('early', 5_000);
    await bus.serve(async (command) => command);
    expect(await answer).toBe('early');
  });

  it('refuses requests after close', async () => {
    const bus = new MemoryCommandBus();
    await bus.close();
    await expect(bus.request('x', 10)).rejects.toThrow('closed');
  });
});

describe('MemoryBroadcast', () => {
  it('tells about a subscriber that threw', async () => {
    const errors: unknown[] = [];
    const broadcast = new MemoryBroadcast((error) => errors.push(error));
    await broadcast.subscribe('a', () => {
      throw new Error('defect');
    });
    await broadcast.publish('a', Uint8Array.of(1));
    expect(errors).toHaveLength(1);
  });
});
