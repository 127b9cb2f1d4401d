/** The daemon under test: its configuration, its process, and its REST API. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { until } from './processes.mjs';
import { OTLP_PORT, topologyDocument } from './topology.mjs';

const CONTROLLER = fileURLToPath(new URL('../../apps/controller/dist/main.js', import.meta.url));
const here = (file) => fileURLToPath(new URL(file, import.meta.url));
/** Inside of the management namespace every port is free. */
const HTTP_PORT = 8080;

/**
 * `verifyMs` and `operationTimeoutMs` shorten how long an unconfirmed change may stand. `journal` is
 * a directory in the work directory: daemons that share one are the same daemon started again.
 * `device(name)` gives fields more of a device in the topology file.
 */
export async function startDaemon(processes, workDir, options = {}) {
  const { name = 'controller', operationTimeoutMs = 5000, verifyMs = null } = options;
  const { policyFile = 'policy.yaml', journal = 'journal', sampleIntervalMs = 500 } = options;
  const topology = topologyDocument({ device: options.device });
  const policy = parse(readFileSync(here(policyFile), 'utf8'));
  if (verifyMs !== null) policy.spec.verify.maxMs = verifyMs;
  writeFileSync(join(workDir, 'policy.yaml'), stringify(policy));
  writeFileSync(join(workDir, 'topology.yaml'), stringify(topology));
  const config = join(workDir, 'controller.yaml');
  const spec = {
    topology: './topology.yaml',
    policy: './policy.yaml',
    journal: { dir: `./${journal}` },
    api: { http: { host: '127.0.0.1', port: HTTP_PORT }, grpc: { host: '127.0.0.1', port: 8081 } },
    telemetry: { sampleIntervalMs, otlp: { host: '0.0.0.0', port: OTLP_PORT } },
    southbound: { operationTimeoutMs },
    tickMs: 500,
  };
  const document = { apiVersion: 'weir.dev/v1', kind: 'ControllerConfig', spec };
  writeFileSync(config, stringify(document));
  const command = [process.execPath, CONTROLLER, '--config', config];
  const running = processes.start(name, 'manager', command);
  const api = new Api(`http://127.0.0.1:${HTTP_PORT}`);
  await until('the API of the daemon', () => api.get('/version'), { timeoutMs: 20_000 });
  return { api, stop: () => running.stop('SIGTERM'), kill: () => running.stop('SIGKILL') };
}

class Api {
  constructor(base) {
    this.base = base;
  }

  get(path) {
    return this.#call(path, { method: 'GET' });
  }

  post(path, body) {
    return this.#write('POST', path, body);
  }

  put(path, body) {
    return this.#write('PUT', path, body);
  }

  #write(method, path, body) {
    const headers = { 'content-type': 'application/json' };
    return this.#call(path, { method, headers, body: JSON.stringify(body) });
  }

  /** Problem details become the message of the error. */
  async #call(path, init) {
    const response = await fetch(`${this.base}${path}`, {
      ...init,
      signal: AbortSignal.timeout(5000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${init.method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}

/** What the operator wants of the inference service: the whole of what Weir is told. */
export function latencyObjective(thresholdMs, { from, to } = { from: 'h2', to: 'h4' }) {
  return {
    apiVersion: 'weir.dev/v1',
    kind: 'LatencyObjective',
    metadata: { name: 'inference' },
    spec: {
      workloads: ['inference'],
      class: 'real-time-inference',
      quantile: 0.95,
      thresholdMs,
      targetRatio: 0.999,
      flows: [{ sources: [from], destinations: [to] }],
    },
  };
}

const ENDED = ['confirmed', 'rolled-back', 'rejected', 'expired', 'superseded', 'stuck'];

/** Waits for the end of a change, telling each state on the way. */
export function ended(api, id, progress, timeoutMs) {
  let last = '';
  return until(
    `the end of ${id}`,
    async () => {
      const change = await api.get(`/v1/changes/${id}`);
      if (change.state !== last) progress(`${id} ${change.state}: ${change.reason}`);
      last = change.state;
      return ENDED.includes(change.state) ? change : null;
    },
    { timeoutMs, everyMs: 200 },
  );
}

/** Waits until the daemon runs and judges the objective to be in a state. */
export function objectiveState(api, id, state) {
  return until(
    `the objective to be ${state}`,
    async () => {
      const status = await api.get('/v1/status');
      const objective = status.objectives.find((item) => item.id === id);
      if (status.phase === 'running' && objective?.state === state) return true;
      const { phase, holdReason, telemetry } = status;
      const busy = `${loadavg()[0].toFixed(1)} runnable processes on ${availableParallelism()} CPUs`;
      throw new Error(`${busy}; ${JSON.stringify({ phase, holdReason, telemetry, objective })}`);
    },
    { timeoutMs: 30_000, everyMs: 200 },
  );
}

/**
 * The first change that the rule made and validation let through. A link that is full may be
 * measured above its rate for a tick, and is then refused until the next look.
 */
export function ruleChange(api, timeoutMs) {
  return until(
    'a change by the reroute rule',
    async () => {
      const { items } = await api.get('/v1/changes');
      const open = items.filter(
        (change) => change.rule === 'reroute' && change.state !== 'rejected',
      );
      if (open.length > 0) return open[0];
      throw new Error(items.map((change) => `${change.id}: ${change.reason}`).join('; '));
    },
    { timeoutMs, everyMs: 200 },
  );
}
