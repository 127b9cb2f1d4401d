import { connect } from 'node:net';
import fc from 'fast-check';
import { problemSchema } from '@weir/contracts';
import { INTENT, startFuzzedDaemon } from './daemon';
import { codeInUse } from './refusals';
import { Violation, type Door, type OpenDoor } from './driver';
import {
  HOSTILE_KEYS,
  hostileText,
  jsonTextOf,
  mutatedBytes,
  mutatedDocument,
  wellFormed,
} from './inputs';

interface Input {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

const ANSWER_MS = 20_000;
/** After this the sender of a request that says it is longer than it is closes its half. */
const GIVE_UP_MS = 300;
/** What the token is replaced by, so that kept inputs hold none. */
const BEARER = 'Bearer TOKEN';

const WEIGHTS = {
  type: 'reroute',
  routes: [{ device: 'leaf1', prefix: '10.0.2.0/24', weights: { eth1: 48, eth2: 16 } }],
};
const QUEUE = { device: 'leaf1', interface: 'eth1', queue: 'rt' };
const BODIES: readonly (readonly [method: string, path: string, body: unknown])[] = [
  ['POST', '/v1/intents', INTENT],
  ['PUT', '/v1/intents/LatencyObjective/chat', INTENT],
  [
    'POST',
    '/v1/intents?dryRun=true',
    {
      ...INTENT,
      kind: 'Drain',
      metadata: { name: 'd' },
      spec: { link: 'leaf1:eth1', reason: 'x' },
    },
  ],
  [
    'POST',
    '/v1/intents',
    {
      ...INTENT,
      kind: 'TrainingJob',
      metadata: { name: 't' },
      spec: {
        members: ['h1', 'h2'],
        collective: 'ring-allreduce',
        metric: 'iteration-time',
        periodMs: 400,
      },
    },
  ],
  ['POST', '/v1/learning/reset', { cause: 'incast', action: null }],
  [
    'PUT',
    '/v1/learning',
    {
      entries: [
        {
          ...{ cause: 'incast', action: 'ecn', context: 'training/leaf' },
          ...{ helped: 0.5, failed: 2, atMs: 1_000, verdicts: 3 },
        },
      ],
    },
  ],
  ['POST', '/v1/changes?dryRun=true', { action: WEIGHTS }],
  [
    'POST',
    '/v1/changes?dryRun=true',
    { action: { type: 'buffer', settings: [{ ...QUEUE, scalingFactor: 1 }] } },
  ],
  [
    'POST',
    '/v1/changes?dryRun=true',
    { action: { type: 'scheduler', settings: [{ ...QUEUE, weight: 3 }] } },
  ],
  [
    'POST',
    '/v1/changes?dryRun=true',
    {
      action: {
        type: 'sr-policy',
        policies: [
          {
            ...{ device: 'leaf1', color: 100, endpoint: '10.255.0.2', preference: 200 },
            segmentLists: [{ weight: 3, segments: [16001, 16002] }, { segments: ['fc00:0:1::'] }],
          },
        ],
      },
    },
  ],
  [
    'POST',
    '/v1/changes?dryRun=true',
    {
      action: {
        type: 'ecn',
        settings: [
          { ...QUEUE, minThresholdBytes: 1000, maxThresholdBytes: 2000, maxProbabilityPercent: 10 },
        ],
      },
    },
  ],
  ['POST', '/v1/changes/chg-1/approve', { planHash: '0123456789abcdef', reason: 'x' }],
  ['POST', '/v1/changes/chg-1/reject', { reason: 'x' }],
  ['POST', '/v1/changes/chg-1/undo', {}],
  ['POST', '/v1/freeze', { reason: 'x' }],
  ['POST', '/v1/unfreeze', {}],
  ['PUT', '/v1/modes/rule/reroute', { mode: 'suggest' }],
  ['PUT', '/v1/modes/group/leaf', { mode: 'auto' }],
  ['POST', '/v1/devices/leaf1/unfence', {}],
];
const READS = [
  ...[
    '/v1/status',
    '/v1/intents',
    '/v1/changes',
    '/v1/incidents',
    '/v1/journal',
    '/v1/journal/verify',
    '/v1/scores',
    '/v1/learning',
    '/v1/shadows',
  ],
  ...['/v1/devices', '/v1/topology', '/v1/policy', '/v1/modes', '/version', '/healthz', '/metrics'],
  ...[
    '/v1/changes/chg-1',
    '/v1/intents/LatencyObjective/chat',
    '/openapi.json',
    '/v1/incidents/inc-1',
  ],
];

const piece = fc.oneof(
  hostileText.map((text) => encodeURIComponent(wellFormed(text)).slice(0, 6_000)),
  fc.constantFrom(
    '%',
    '%00',
    '%ff%fe',
    '..',
    '.',
    '//',
    '%2e%2e%2f',
    'chg-1',
    ...HOSTILE_KEYS.slice(0, 6),
  ),
);
const queryNames = [
  'limit',
  'after',
  'state',
  'from',
  'dryRun',
  'limit[]',
  'limit[a]',
  '__proto__[x]',
  'constructor',
  'x',
];
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(...queryNames),
      fc.oneof(piece, fc.constantFrom('10', '-1', '1e3', 'true', 'open', 'proposed')),
    ),
    { maxLength: 4 },
  )
  .map((pairs) =>
    pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`,
  );
/** No control characters: those are the HTTP parser's, and it answers by itself. */
const lineSafe = (text: string): string => text.replace(/[^\x21-\x7e]/g, '_') || '_';
const path = fc
  .tuple(
    fc.constantFrom(...READS, ...BODIES.map(([, at]) => at)),
    fc.option(fc.tuple(fc.nat(5), piece)),
    query,
  )
  .map(([text, spoil, more]) => {
    const parts = (text.split('?')[0] as string).split('/');
    if (spoil !== null) parts[1 + (spoil[0] % (parts.length - 1))] = spoil[1];
    const kept = more === '' && spoil === null ? text : parts.join('/') + more;
    return lineSafe(kept);
  });

const header: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  fc.constantFrom<readonly [string, string]>(
    ['Content-Type', 'text/plain'],
    ['Content-Type', 'application/json; charset=utf-7'],
    ['Content-Type', 'application/json; charset=utf-16'],
    ['Content-Type', 'multipart/form-data'],
    ['Content-Encoding', 'gzip'],
    ['Content-Encoding', 'br'],
    ['Content-Length', '-1'],
    ['Content-Length', '5'],
    ['Transfer-Encoding', 'chunked'],
    ['Expect', '100-continue'],
    ['Upgrade', 'websocket'],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['Accept', 'text/html;q=x'],
    ['Authorization', 'Bearer'],
    ['Authorization', `Bearer ${'x'.repeat(4_000)}`],
    ['Last-Event-ID', '99999999999999999999'],
    ['Range', 'bytes=0-1'],
  ),
  fc.tuple(
    fc.constantFrom('Idempotency-Key', 'X-Request-Id', 'If-Match', 'Cookie'),
    hostileText.map((text) => lineSafe(text)),
  ),
);
const headers = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(header, { maxLength: 3 }) },
);

const write = fc.constantFrom(...BODIES).chain(([method, at, body]) =>
  fc.record({
    method: fc.constant(method),
    path: fc.oneof({ weight: 4, arbitrary: fc.constant(at) }, { weight: 1, arbitrary: path }),
    headers,
    body: fc.oneof(
      {
        weight: 5,
        arbitrary: mutatedDocument(fc.constant(body)).map((document) =>
          Buffer.from(jsonTextOf(document)),
        ),
      },
      { weight: 1, arbitrary: mutatedBytes(fc.constant(Buffer.from(JSON.stringify(body)))) },
    ),
  }),
);
const read = fc.record({
  method: fc.oneof(
    { weight: 5, arbitrary: fc.constant('GET') },
    { weight: 1, arbitrary: fc.constantFrom('HEAD', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PUT') },
  ),
  path,
  headers,
  body: fc.constant(Buffer.alloc(0)),
});

/** Headers that say where a request ends. */
const FRAMING = /^(content-length|transfer-encoding|expect|upgrade)$/i;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

/**
 * Sends a request as it is, malformed or not, and reads until the server closes; `waits`: the
 * server may wait for more of it.
 */
function exchange(port: number, request: Buffer, waits: boolean): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    // Never otherwise: the server takes it for a client that is gone.
    const giveUp = waits ? setTimeout(() => socket.end(), GIVE_UP_MS) : undefined;
    socket.setTimeout(ANSWER_MS, () => {
      socket.destroy();
      reject(new Violation(`no answer: ${request.toString('latin1', 0, 200)}`));
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    // A reset after the answer: the server refused to read on.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(giveUp);
      resolve(answerOf(Buffer.concat(chunks)));
    });
  });
}

function answerOf(given: Buffer): Answer {
  // 100 Continue goes before the answer proper.
  const interim = given.toString('latin1', 0, 13) === 'HTTP/1.1 100 ';
  const bytes = interim ? given.subarray(given.indexOf('\r\n\r\n') + 4) : given;
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.toString('latin1', 0, Math.max(0, end));
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  const type = /^content-type: *(.*)$/im.exec(head)?.[1] ?? '';
  return { status, type, body: bytes.subarray(end + 4) };
}

function bytesOf({ method, path: at, headers: more, body }: Input, token: string): Buffer {
  const own = new Map<string, string>([
    ['host', 'Host: x'],
    ['connection', 'Connection: close'],
    ['authorization', `Authorization: Bearer ${token}`],
    ['content-type', 'Content-Type: application/json'],
    ['content-length', `Content-Length: ${body.length}`],
  ]);
  for (const [name, value] of more)
    own.set(name.toLowerCase(), `${name}: ${value.replace(BEARER, `Bearer ${token}`)}`);
  const head = `${method} ${at} HTTP/1.1\r\n${[...own.values()].join('\r\n')}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** What the answer was, in a word; anything but success or a documented problem is a violation. */
function judge({ method }: Input, { status, type, body }: Answer): string {
  if (status === 0) return 'cut off';
  if (status < 400) return String(status);
  // Node's own parser answers broken HTTP by itself, without a body; HEAD never has one.
  if (body.length === 0 && (method === 'HEAD' || [400, 408, 413, 431, 417].includes(status)))
    return `${status} by the HTTP parser`;
  if (!type.startsWith('application/problem+json'))
    throw new Violation(`${status} as ${type}: ${body.toString('utf8', 0, 300)}`);
  const text = body.toString();
  const problem = problemSchema.safeParse(
    JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)),
  );
  if (!problem.success) throw new Violation(`no problem details: ${text.slice(0, 300)}`);
  const { code, status: said } = problem.data;
  if (said !== status || !codeInUse(code))
    throw new Violation(`${status} with ${text.slice(0, 300)}`);
  if (code === 'internal' || (status >= 500 && status !== 503))
    throw new Violation(`${status}: ${text.slice(0, 600)}`);
  return `${status} ${code}`;
}

async function open(): Promise<OpenDoor<Input>> {
  const { daemon, token, check, close } = await startFuzzedDaemon();
  const port = daemon.addresses.http;
  const feed = async (input: Input): Promise<string> => {
    const waits = input.headers.some(([name]) => FRAMING.test(name));
    const answer = await exchange(port, bytesOf(input, token), waits);
    const word = judge(input, answer);
    check();
    return word;
  };
  const must = async (method: string, at: string, body: unknown): Promise<void> => {
    const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const word = await feed({ method, path: at, headers: [], body: bytes });
    if (word !== '200') throw new Violation(`${method} ${at}: ${word}`);
  };
  const good = async (): Promise<void> => {
    await must('GET', '/v1/status', undefined);
    await must('PUT', '/v1/intents/LatencyObjective/chat', INTENT);
  };
  return { feed, good, close };
}

/** REST: the whole controller behind its HTTP listener. */
export const restDoor: Door<Input> = {
  name: 'rest',
  about: 'REST requests: methods, paths, queries, headers, bodies',
  input: fc.oneof({ weight: 3, arbitrary: write }, { weight: 2, arbitrary: read }),
  open,
};
