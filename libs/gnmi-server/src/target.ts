import { Server, ServerCredentials } from '@grpc/grpc-js';
import { checkConfig } from '@weir/gnmi';
import type { Target, TargetOptions, TargetTls } from './backend';
import { systemClock } from './clock';
import { Configuration } from './configuration';
import { DataTree } from './data-tree';
import { SERVICE_DEFINITION, serviceOf } from './service';
import { CommitConfirmed, volatileStore } from './set/commit';
import { Transactions } from './set/transaction';

const SERVER_OPTIONS = {
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.enable_channelz': 0,
};

/**
 * Starts a gNMI target. Rejects when the address cannot be bound, and when the backend's initial
 * configuration does not hold together (every later Set would be refused).
 */
export async function startTarget(options: TargetOptions): Promise<Target> {
  const { backend } = options;
  const behaviour = options.behaviour ?? {};
  const clock = options.clock ?? systemClock;
  const onError = options.onError ?? ((): void => undefined);

  const configuration = new Configuration(backend.initialConfig());
  const violation = checkConfig(configuration.current);
  if (violation !== null) throw violation;
  const store = options.commitStore ?? volatileStore();
  const commit = new CommitConfirmed(clock, store, (generation) => {
    transactions
      .rollBack(generation)
      .catch((error: unknown) => onError('rollback of an unconfirmed commit failed', error));
  });
  const transactions = new Transactions(
    configuration,
    backend,
    behaviour,
    clock,
    commit,
    options.name ?? '',
  );
  await commit.restore();
  const tree = new DataTree(configuration, backend);
  const deps = { tree, configuration, backend, behaviour, clock, onError };
  const listen = (address: string): Promise<Listener> =>
    startListener(address, options.tls ?? null, serviceOf(options, deps, transactions));

  let listener = await listen(options.address);
  const { port } = listener;
  const sameAddress = `${hostOf(options.address)}:${port}`;
  let closed = false;

  return {
    port,
    counts: transactions.counts,
    config: () => configuration.current,
    pendingCommit: () => commit.pendingId,
    async dropSessions() {
      listener.stop();
      listener = await listen(sameAddress);
    },
    async reboot(downMs) {
      listener.stop();
      await transactions.rollBack();
      backend.rebooted?.();
      await new Promise<void>((resolve) => clock.after(downMs, resolve));
      if (!closed) listener = await listen(sameAddress);
    },
    close() {
      closed = true;
      commit.close();
      listener.stop();
      return Promise.resolve();
    },
  };
}

interface Listener {
  readonly port: number;
  /** Destroys all connections at once and frees the port. */
  stop(): void;
}

function startListener(
  address: string,
  tls: TargetTls | null,
  implementation: ReturnType<typeof serviceOf>,
): Promise<Listener> {
  const server = new Server(SERVER_OPTIONS);
  server.addService(SERVICE_DEFINITION, implementation);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentialsOf(tls), (error, port) => {
      if (error !== null) {
        reject(error);
        return;
      }
      resolve({ port, stop: () => server.forceShutdown() });
    });
  });
}

function credentialsOf(tls: TargetTls | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const pair = { private_key: tls.key, cert_chain: tls.cert };
  return ServerCredentials.createSsl(tls.clientCa, [pair], tls.clientCa !== null);
}

const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(':'));
