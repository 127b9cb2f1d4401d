import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootErrorText } from '../src/boot/boot-error';
import { startDaemon, type RunningDaemon } from '../src/run';

export interface TestDaemon extends RunningDaemon {
  readonly url: string;
  /** JSON log lines so far. */
  readonly lines: Record<string, unknown>[];
  readonly stopRequests: string[];
}

/** A daemon in this process, on free ports, with its journal in `dir`. */
export async function startTestDaemon(
  dir: string,
  extra = '',
  env: Record<string, string> = {},
): Promise<TestDaemon> {
  const file = join(dir, 'controller.yaml');
  writeFileSync(file, configText(extra));
  const lines: Record<string, unknown>[] = [];
  const stopRequests: string[] = [];
  const write = (line: string): void => {
    lines.push(JSON.parse(line) as Record<string, unknown>);
  };
  const started = await startDaemon({
    configFile: file,
    env,
    requestStop: (reason) => stopRequests.push(reason),
    destination: { write },
  });
  if (!started.ok) throw new Error(bootErrorText(started.error));
  const { addresses, reload, stop } = started.value;
  return {
    addresses,
    reload,
    stop,
    lines,
    stopRequests,
    url: `http://127.0.0.1:${addresses.http}`,
  };
}

/** Configuration on free ports with a quick loop; `extra` are further lines below `spec`. */
export const configText = (extra: string): string => `apiVersion: weir.dev/v1
kind: ControllerConfig
spec:
  topology: topology.yaml
  tickMs: 100
${extra.includes('telemetry:') ? '' : '  telemetry: { sampleIntervalMs: 500, otlp: { port: 0 } }\n'}${extra.includes('api:') ? '' : '  api: { http: { port: 0 }, grpc: { port: 0 } }\n'}${extra}`;

/** Waits until `probe` gives something; rejects at the deadline with what it gave last. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | null | undefined | false>,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function ready(daemon: TestDaemon): Promise<void> {
  await until('ready', async () => (await fetch(`${daemon.url}/readyz`)).status === 200);
}
