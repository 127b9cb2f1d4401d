import { checkConfig } from '@weir/gnmi';
import type { Target, TargetOptions } from './backend';
import { systemClock } from './clock';
import { Configuration } from './configuration';
import { DataTree } from './data-tree';
import { Listener } from './listener';
import { serviceOf } from './service';
import { CommitConfirmed, volatileStore } from './set/commit';
import { Transactions } from './set/transaction';

/**
 * Starts a gNMI target. Rejects when the address cannot be bound, and when the backend's initial
 * configuration does not hold together (every later Set would be refused).
 */
export async function startTarget(options: TargetOptions): Promise<Target> {
  const { backend } = options;
  const behaviour = options.behaviour ?? {};
  const clock = options.clock ?? systemClock;
  const onError = options.onError ?? ((): void => undefined);

  const reportRollback = (error: unknown): void =>
    onError('rollback of an unconfirmed commit failed', error);

  const configuration = new Configuration(backend.initialConfig());
  const violation = checkConfig(configuration.current);
  if (violation !== null) throw violation;
  const store = options.commitStore ?? volatileStore();
  const commit = new CommitConfirmed(clock, store, (generation) => {
    transactions.rollBack(generation).catch(reportRollback);
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
  const listener = new Listener(serviceOf(options, deps, transactions), options.tls ?? null);
  await listener.listen(options.address);
  let closed = false;

  return {
    port: listener.port,
    get connections() {
      return listener.connections;
    },
    counts: transactions.counts,
    config: () => configuration.current,
    pendingCommit: () => commit.pendingId,
    replaceTls: (tls) => listener.identify(tls),
    dropSessions: () => listener.cut(),
    async reboot(downMs) {
      await listener.stop();
      // A rollback that the device refuses is tried again by the commit itself.
      await transactions.rollBack().catch(reportRollback);
      backend.rebooted?.();
      await new Promise<void>((resolve) => clock.after(downMs, resolve));
      if (!closed) await listener.listen(options.address);
    },
    async close() {
      closed = true;
      commit.close();
      await listener.close();
    },
  };
}
