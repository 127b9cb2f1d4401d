import { EventEmitter } from 'node:events';
import { Outbox } from './outbox';

/** A stream that is full until it drains. */
class FullStream extends EventEmitter {
  readonly written: Buffer[] = [];
  full = true;
  write(message: Buffer): boolean {
    this.written.push(message);
    return !this.full;
  }
}

const message = Buffer.from('m');

describe('outbox', () => {
  it('lets every sender go on when the stream drains', async () => {
    const stream = new FullStream();
    const outbox = new Outbox(stream);
    const senders = [outbox.send(message), outbox.send(message)];
    expect(outbox.full).toBe(true);
    stream.full = false;
    stream.emit('drain');
    for (const sender of senders) await sender;
    expect(outbox.full).toBe(false);
    expect(outbox.send(message)).toBeNull();
  });

  it('lets senders go on when the stream is gone, and writes no more', async () => {
    const stream = new FullStream();
    const outbox = new Outbox(stream);
    const sender = outbox.send(message);
    outbox.close();
    await sender;
    expect(outbox.send(message)).toBeNull();
    expect(stream.written).toHaveLength(1);
  });
});
