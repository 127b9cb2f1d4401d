import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

const API_VERSION = 'weir.dev/v1';
const loopback = { host: '127.0.0.1', port: 0 };

/** A quick judge: an effect shows within a second, what has none is decided after eight. */
const QUICK_POLICY = {
  apiVersion: API_VERSION,
  kind: 'Policy',
  metadata: { name: 'quick' },
  spec: {
    freshness: { staleMs: 2_000 },
    limits: { maxChangesPerHour: 1_000 },
    verify: { settleMs: 200, minSamples: 5, maxMs: 8_000 },
    rules: [
      {
        name: 'never',
        when: 'path.maxUtilizationRatio > 2.0',
        action: { type: 'reroute' },
        mode: 'observe',
      },
    ],
  },
};

/** The files of one daemon in a folder of their own: configuration, topology, policy, journal. */
export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'weir-e2e-'));
  readonly config = join(this.folder, 'controller.yaml');
  readonly journal = join(this.folder, 'journal');

  constructor(topology: string, spec: Readonly<Record<string, unknown>> = {}) {
    this.write('topology.yaml', topology);
    this.write('policy.yaml', stringify(QUICK_POLICY));
    this.writeConfig(spec);
  }

  /** Writes the configuration and returns its file; a name of its own for another process. */
  writeConfig(spec: Readonly<Record<string, unknown>>, name = 'controller.yaml'): string {
    const defaults = {
      topology: 'topology.yaml',
      policy: 'policy.yaml',
      journal: { dir: 'journal' },
      api: { http: loopback, grpc: loopback },
      telemetry: { sampleIntervalMs: 200, otlp: loopback },
      southbound: { operationTimeoutMs: 1_000 },
      tickMs: 50,
    };
    const document = { apiVersion: API_VERSION, kind: 'ControllerConfig', spec: {} };
    return this.write(name, stringify({ ...document, spec: { ...defaults, ...spec } }));
  }

  write(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** As on a new disk; the daemon is down. */
  removeJournal(): void {
    rmSync(this.journal, { recursive: true, force: true });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
