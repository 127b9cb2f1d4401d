import { startSmallFabric } from '../../apps/controller/test/small-fabric';
import { ready, startTestDaemon, type TestDaemon } from '../../apps/controller/test/test-daemon';
import { Violation } from './driver';

const TOKEN = 'admin-token-000001';

export const INTENT = {
  apiVersion: 'weir.dev/v1',
  kind: 'LatencyObjective',
  metadata: { name: 'chat', labels: { team: 'ml' } },
  priority: 100,
  spec: {
    workloads: ['chat'],
    class: 'real-time-inference',
    quantile: 0.95,
    thresholdMs: 100,
    targetRatio: 0.999,
    flows: [{ sources: ['h1'], destinations: ['h2'] }],
  },
};

export interface FuzzedDaemon {
  readonly daemon: TestDaemon;
  readonly token: string;
  /** Throws when the log or the daemon itself says that something broke inside. */
  check(): void;
  close(): Promise<void>;
}

/** The controller as it is shipped, on real gNMI targets, with a token for everything. */
export async function startFuzzedDaemon(): Promise<FuzzedDaemon> {
  const fabric = await startSmallFabric();
  const auth = `auth: { tokens: [{ name: ann, role: admin, token: ${TOKEN} }] }`;
  const daemon = await startTestDaemon(
    fabric.dir,
    `  api: { http: { port: 0 }, grpc: { port: 0 }, ${auth} }\n`,
  );
  await ready(daemon);
  return {
    daemon,
    token: TOKEN,
    check: () => {
      // Pino's level of an error is 50.
      const broken = daemon.lines.splice(0).find(({ level }) => isError(level));
      if (broken !== undefined)
        throw new Violation(`logged: ${JSON.stringify(broken).slice(0, 1_500)}`);
      const [reason] = daemon.stopRequests.splice(0);
      if (reason !== undefined) throw new Violation(`the daemon asked to be stopped: ${reason}`);
    },
    close: async () => {
      await daemon.stop();
      await fabric.close();
    },
  };
}

const isError = (level: unknown): boolean =>
  typeof level === 'number' ? level >= 50 : level === 'error' || level === 'fatal';
