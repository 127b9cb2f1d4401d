import { connect, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { FrameReader } from './h2-frames';
import { Pipe, type Conditions } from './pipe';
import { SetWatch, type SetSeen, type Trap } from './set-watch';

export interface ConnectionOwner {
  readonly up: Conditions;
  readonly down: Conditions;
  /** Called for each Set that passes; the trap that it falls into, if any. */
  readonly onSet: (set: SetSeen) => Trap | null;
  readonly onClose: (connection: Connection) => void;
}

/** One connection of a client through the proxy. `up` is towards the device. */
export class Connection {
  private readonly device: Socket;
  private readonly up: Pipe;
  private readonly down: Pipe;
  private readonly requests: SetWatch;
  private readonly answers: FrameReader;
  private trapped: { readonly trap: Trap; readonly streamId: number } | null = null;
  private open = 2;

  constructor(
    private readonly client: Socket,
    port: number,
    private readonly owner: ConnectionOwner,
  ) {
    this.device = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    client.setNoDelay(true);
    this.device.setNoDelay(true);
    const reset = (): void => this.reset();
    this.up = new Pipe(client, this.device, owner.up, reset);
    this.down = new Pipe(this.device, client, owner.down, reset);
    this.requests = new SetWatch((set, streamId) => {
      const trap = owner.onSet(set);
      if (trap !== null) this.trapped = { trap, streamId };
    });
    this.answers = new FrameReader(false, ({ streamId }) => this.answered(streamId));
    this.join(client, this.up, this.down, (bytes) => this.asked(bytes));
    this.join(this.device, this.down, this.up, (bytes) => {
      this.answers.feed(bytes);
      this.down.push(bytes);
    });
    this.pump();
  }

  pump(): void {
    this.up.pump();
    this.down.pump();
  }

  /** RST to both sides; a FIN at once where TLS is in between. */
  reset(): void {
    if (this.client instanceof TLSSocket) this.client.destroy();
    else this.client.resetAndDestroy();
    this.device.resetAndDestroy();
  }

  private asked(bytes: Buffer): void {
    this.requests.feed(bytes);
    if (this.trapped?.trap.fault === 'reset-before') this.reset();
    else this.up.push(bytes);
  }

  private answered(streamId: number): void {
    if (this.trapped?.streamId !== streamId) return;
    if (this.trapped.trap.fault === 'lose-answer') this.reset();
    else this.down.silent = true;
  }

  /** What one side does reaches the other through its pipe, so that silence hides that as well. */
  private join(
    socket: Socket,
    outgoing: Pipe,
    incoming: Pipe,
    take: (bytes: Buffer) => void,
  ): void {
    socket.on('data', take);
    socket.on('end', () => outgoing.push('end'));
    // Its close says the rest: a socket in error is closed.
    socket.on('error', () => undefined);
    socket.on('close', (failed) => {
      incoming.close();
      if (failed) outgoing.push('reset');
      this.open -= 1;
      if (this.open === 0) this.owner.onClose(this);
    });
  }
}
