import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TlsOptions,
} from 'node:tls';
import { Connection } from './connection';
import { CLEAR, type Conditions } from './pipe';
import type { SetSeen, Trap } from './set-watch';

export interface ProxyOptions {
  /** Port on loopback that connections are handed on to. */
  readonly port: number;
  /** The proxy ends TLS here and speaks plain text to the device behind it. */
  readonly tls?: TlsOptions;
}

type Direction = 'up' | 'down';

/** A listening port in front of a device. `up` is the way to the device, `down` the way back. */
export class FaultProxy {
  /** Every Set that came through or was trapped, in order. */
  readonly sets: SetSeen[] = [];
  private readonly conditions: Record<Direction, Conditions> = {
    up: { ...CLEAR },
    down: { ...CLEAR },
  };
  private readonly connections = new Set<Connection>();
  /** Those in the middle of a handshake too. */
  private readonly sockets = new Set<Socket>();
  private readonly traps: Trap[] = [];
  private accepted = 0;

  private constructor(
    private readonly options: ProxyOptions,
    private readonly server: Server | TlsServer,
  ) {}

  static async listen(options: ProxyOptions): Promise<FaultProxy> {
    const { tls } = options;
    const halfOpen = { allowHalfOpen: true };
    const server =
      tls === undefined ? createServer(halfOpen) : createTlsServer({ ...tls, ...halfOpen });
    const proxy = new FaultProxy(options, server);
    server.on('connection', (socket: Socket) => {
      proxy.sockets.add(socket);
      socket.once('close', () => proxy.sockets.delete(socket));
    });
    server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
      proxy.accept(socket),
    );
    // A client that breaks off its handshake is what the certificate tests are about.
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Connections that are open now, and all that ever were. */
  get counts(): { readonly open: number; readonly accepted: number } {
    return { open: this.connections.size, accepted: this.accepted };
  }

  /** Changes named conditions of one direction, or of both. */
  set(direction: Direction | 'both', conditions: Partial<Conditions>): void {
    for (const one of ['up', 'down'] as const)
      if (direction === 'both' || direction === one)
        Object.assign(this.conditions[one], conditions);
    for (const connection of this.connections) connection.pump();
  }

  /** Accepts, forwards nothing, says nothing: neither FIN nor RST. */
  silence(): void {
    this.set('both', { held: true });
  }

  /** Every condition back to none; traps that did not strike are taken away. */
  heal(): void {
    this.traps.length = 0;
    this.set('both', CLEAR);
  }

  /** Resets all connections that are open now. */
  reset(): void {
    for (const connection of this.connections) connection.reset();
  }

  /** The next Set of this kind meets this fault, once. */
  trap(trap: Trap): void {
    this.traps.push(trap);
  }

  /** Another certificate for handshakes from now on. */
  certify(tls: TlsOptions): void {
    (this.server as TlsServer).setSecureContext(tls);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.reset();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private accept(client: Socket): void {
    this.accepted += 1;
    const connection = new Connection(client, this.options.port, {
      ...this.conditions,
      onSet: (set) => this.passing(set),
      onClose: (ended) => this.connections.delete(ended),
    });
    this.connections.add(connection);
  }

  private passing(set: SetSeen): Trap | null {
    this.sets.push(set);
    const at = this.traps.findIndex(
      ({ on, under }) => on === set.kind && (under === undefined || under.test(set.commitId)),
    );
    return at < 0 ? null : (this.traps.splice(at, 1)[0] ?? null);
  }
}
