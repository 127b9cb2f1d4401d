import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { TargetTls } from './backend';
import { SERVICE_DEFINITION } from './service';

const SERVER_OPTIONS = {
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.enable_channelz': 0,
};

type Injector = ReturnType<Server['createConnectionInjector']>;

/**
 * The network side of a target. The TCP sockets are our own and handed to grpc-js, because a
 * device that fails cuts its connections at once: Server.forceShutdown leaves them open while
 * channelz is off (grpc-js 1.14), and draining says goodbye first.
 */
export class Listener {
  private readonly server = new Server(SERVER_OPTIONS);
  /** The last one takes new connections; those before it hold older ones. */
  private readonly injectors: Injector[] = [];
  private readonly sockets = new Set<Socket>();
  private tcp: TcpServer | null = null;
  private bound: AddressInfo | null = null;

  constructor(implementation: UntypedServiceImplementation, tls: TargetTls | null) {
    this.server.addService(SERVICE_DEFINITION, implementation);
    this.identify(tls);
  }

  /** From the next handshake on; connections that are open go on as they are. */
  identify(tls: TargetTls | null): void {
    this.injectors.push(this.server.createConnectionInjector(credentialsOf(tls)));
  }

  get port(): number {
    return this.bound?.port ?? 0;
  }

  get connections(): number {
    return this.sockets.size;
  }

  /** Listens on `host:port`, later calls on the port of the first. */
  async listen(address: string): Promise<void> {
    const at = address.lastIndexOf(':');
    const host = address.slice(0, at).replace(/^\[|\]$/g, '');
    const port = this.bound?.port ?? Number(address.slice(at + 1));
    if (at < 0 || !Number.isInteger(port)) throw new TypeError(`not host:port: ${address}`);
    const tcp = createServer((socket) => this.accept(socket));
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', reject);
      tcp.listen(port, host, resolve);
    });
    this.tcp = tcp;
    this.bound = tcp.address() as AddressInfo;
  }

  /** Cuts every connection; goes on listening. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Cuts every connection and frees the port. */
  async stop(): Promise<void> {
    const { tcp } = this;
    this.tcp = null;
    if (tcp === null) return;
    const closed = new Promise<void>((resolve) => tcp.close(() => resolve()));
    this.cut();
    await closed;
  }

  async close(): Promise<void> {
    await this.stop();
    for (const injector of this.injectors) injector.destroy();
    this.server.forceShutdown();
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => this.sockets.delete(socket));
    // A reset by the client ends this session only; grpc-js ends its calls when it closes.
    socket.on('error', () => socket.destroy());
    this.injectors.at(-1)?.injectConnection(socket);
  }
}

function credentialsOf(tls: TargetTls | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const pair = { private_key: tls.key, cert_chain: tls.cert };
  return ServerCredentials.createSsl(tls.clientCa, [pair], tls.clientCa !== null);
}
