import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { stringify } from 'yaml';
import { generatedNote, table } from './page.mjs';

const require = createRequire(import.meta.url);
const METHODS = ['get', 'put', 'post', 'patch', 'delete'];

/** Starts a daemon that has nothing to do, and asks it what it serves. */
async function openApi() {
  const { startDaemon } = require('@weir/controller');
  const folder = mkdtempSync(join(tmpdir(), 'weir-openapi-'));
  const write = (name, value) => writeFileSync(join(folder, name), stringify(value));
  const apiVersion = 'weir.dev/v1';
  const device = { name: 'leaf1', role: 'leaf' };
  const listen = { host: '127.0.0.1', port: 0 };
  write('topology.yaml', {
    ...{ apiVersion, kind: 'Topology', metadata: { name: 'none' } },
    spec: { devices: [device] },
  });
  write('controller.yaml', {
    ...{ apiVersion, kind: 'ControllerConfig' },
    spec: {
      topology: 'topology.yaml',
      journal: { dir: 'journal' },
      api: { http: listen, grpc: listen },
      telemetry: { otlp: listen },
    },
  });
  const started = await startDaemon({
    configFile: join(folder, 'controller.yaml'),
    env: {},
    requestStop: () => undefined,
    destination: new Writable({ write: (_, __, done) => done() }),
  });
  if (!started.ok) throw new Error(JSON.stringify(started.error));
  try {
    const answer = await fetch(`http://127.0.0.1:${started.value.addresses.http}/openapi.json`);
    return await answer.json();
  } finally {
    await started.value.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function apiPage() {
  const document = await openApi();
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ path, method, ...item[method] })),
  );
  operations.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return [
    '# REST API\n',
    generatedNote("the daemon's own `/openapi.json`"),
    'The daemon serves this description with all schemas as `/openapi.json`. Bodies are JSON, lists',
    'are `{items, next}`, errors are problem details (RFC 9457) with a code of',
    '[error codes](error-codes.md). Writes may carry `Idempotency-Key`.\n',
    table(
      ['Method', 'Path', 'What', 'Answers'],
      operations.map(({ method, path, summary, description, responses }) => [
        method.toUpperCase(),
        `\`${path}\``,
        summary || description || '',
        Object.keys(responses ?? {}).join(', '),
      ]),
    ),
  ].join('\n');
}
