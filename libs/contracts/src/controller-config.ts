import { z } from 'zod';
import { strict } from './issues';
import { API_VERSION, nameSchema, portNumberSchema, positiveMsSchema, roleSchema } from './scalars';

export const DAEMON_ROLES = ['ingest', 'engine', 'southbound', 'api'] as const;
export type DaemonRole = (typeof DAEMON_ROLES)[number];

const fileSchema = z.string().min(1, 'a file path; relative ones start at the configuration file');
const envSchema = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable');

/** A bearer token; its text stands in the environment (better) or in the file. */
const tokenSchema = strict({
  name: nameSchema.describe('Shows up as the author of changes in the journal.'),
  role: roleSchema,
  tokenEnv: envSchema.optional().describe('Environment variable that holds the token.'),
  token: z.string().min(16, 'a token has at least 16 characters').optional(),
}).superRefine((token, context) => {
  if ((token.tokenEnv === undefined) === (token.token === undefined))
    context.addIssue({
      code: 'custom',
      path: ['tokenEnv'],
      message: 'give exactly one of tokenEnv and token',
    });
});

const listenSchema = (port: number) =>
  strict({
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
    port: portNumberSchema.default(port).describe('0 takes a free port.'),
  }).prefault({});

/** What a server of ours proves itself with; files are PEM. */
const serverTlsSchema = strict({
  certFile: fileSchema.describe('PEM; own certificate first, then those up to the authority.'),
  keyFile: fileSchema.describe('PEM, without a passphrase.'),
  clientCaFile: fileSchema
    .optional()
    .describe('PEM; clients must then show a certificate of these authorities.'),
}).optional();

const apiSchema = strict({
  http: listenSchema(8080),
  grpc: listenSchema(8081),
  tls: serverTlsSchema.describe('For http and grpc both; required off loopback.'),
  auth: strict({
    tokens: z
      .array(tokenSchema)
      .default([])
      .describe('Without any, the API binds to loopback only and everyone there is admin.'),
  }).prefault({}),
}).prefault({});

const tlsSchema = strict({
  mode: z.enum(['insecure', 'tls', 'mutual']).default('insecure'),
  caFile: fileSchema.optional().describe('PEM; the system store when absent.'),
  certFile: fileSchema.optional().describe('PEM; for mutual.'),
  keyFile: fileSchema.optional().describe('PEM; for mutual.'),
  serverName: z.string().min(1).optional().describe('Name expected in the device certificates.'),
})
  .superRefine((tls, context) => {
    if (tls.mode !== 'mutual') return;
    for (const field of ['certFile', 'keyFile'] as const)
      if (tls[field] === undefined)
        context.addIssue({
          code: 'custom',
          path: [field],
          message: 'required when mode is mutual',
        });
  })
  .prefault({});

const southboundSchema = strict({
  tls: tlsSchema,
  credentials: strict({ usernameEnv: envSchema, passwordEnv: envSchema })
    .optional()
    .describe('Environment variables with the gNMI user name and password.'),
  operationTimeoutMs: positiveMsSchema
    .default(5_000)
    .describe('One device operation, read-back included.'),
  keepaliveMs: z
    .int()
    .min(30_000, 'at least 30000; devices close sessions that ping more often')
    .default(30_000),
  commitConfirmed: z
    .enum(['probe', 'never'])
    .default('probe')
    .describe('Whether to look for commit-confirmed by behaviour, or to use own timers only.'),
}).prefault({});

const telemetrySchema = strict({
  sampleIntervalMs: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(1_000)
    .describe('gNMI SAMPLE interval.'),
  otlp: strict({
    host: z.string().min(1).default('127.0.0.1'),
    port: portNumberSchema.default(4317),
    tls: serverTlsSchema,
  }).prefault({}),
}).prefault({});

const flightRecorderSchema = strict({
  enabled: z.boolean().default(true),
  directory: fileSchema
    .optional()
    .describe('Default: `flight`, beside the directory of the journal.'),
  minutes: z
    .number()
    .min(1)
    .max(120)
    .default(5)
    .describe('How much of the time before a change is kept.'),
  maxBytes: z
    .int()
    .min(1_048_576, 'at least 1048576, one MiB')
    .max(4_294_967_296)
    .default(67_108_864)
    .describe('Most memory for that time, and most bytes of one recording before compression.'),
  keep: z.int().min(1).max(10_000).default(50).describe('Recordings on disk; the oldest go.'),
})
  .prefault({})
  .describe('What the engine saw around each change, for `weir replay`.');

const exactSolverSchema = strict({
  enabled: z.boolean().default(true),
  limitMs: positiveMsSchema
    .max(60_000)
    .default(2_000)
    .describe('Longest time for one answer; later ones are not used.'),
})
  .prefault({})
  .describe('Is asked for splits that the methods of the loop leave open; nothing waits for it.');

const anchorSchema = strict({
  file: fileSchema
    .optional()
    .describe('JSON lines are appended to it; best on another disk, or write-once.'),
  webhook: strict({
    url: z
      .string()
      .regex(/^https?:\/\/[^\s/]+\S*$/, 'an http or https address')
      .describe('Gets each head as JSON by POST.'),
    headersFile: fileSchema
      .optional()
      .describe('One `Name: value` a line, e.g. for authorization; kept out of the configuration.'),
    caFile: fileSchema.optional().describe('PEM; the system store when absent.'),
    timeoutMs: positiveMsSchema.max(60_000).default(5_000).describe('One try.'),
  }).optional(),
  everyRecords: z.int().min(1).max(1_000_000).default(1_000),
  everyMs: z.int().min(100).max(86_400_000).default(60_000),
});

const journalSchema = strict({
  dir: fileSchema.default('.weir/journal'),
  snapshotEvery: z
    .int()
    .min(100)
    .max(10_000_000)
    .default(10_000)
    .describe('Records between two snapshots of the state; a start folds about as many.'),
  keepRecords: z
    .int()
    .min(100)
    .default(200_000)
    .describe(
      'Records that are kept at least; older ones are dropped once two snapshots cover them.',
    ),
  keepDays: z
    .number()
    .min(0)
    .max(36_500)
    .default(0)
    .describe('Records younger than this are kept too, however many they are.'),
  anchor: anchorSchema
    .optional()
    .describe('Keeps the head of the chain elsewhere, so that cutting the journal is noticed.'),
}).prefault({});

const specSchema = strict({
  roles: z
    .array(z.enum(DAEMON_ROLES))
    .min(1, 'at least one role')
    .default([...DAEMON_ROLES])
    .describe('What this process does; fewer than all need redis.'),
  topology: fileSchema.describe('Topology file, own format or containerlab.'),
  policy: fileSchema.optional().describe('Policy file; the default policy is built in.'),
  intents: z.array(fileSchema).default([]).describe('Intents that are put in place at start.'),
  journal: journalSchema.describe(
    'The durable journal, its snapshots, and where its head is kept.',
  ),
  flightRecorder: flightRecorderSchema,
  exactSolver: exactSolverSchema,
  redis: strict({
    url: z.string().regex(/^rediss?:\/\/\S+$/, 'redis://host:port or rediss://host:port'),
    prefix: nameSchema.default('weir').describe('Starts every key.'),
  }).optional(),
  api: apiSchema,
  telemetry: telemetrySchema,
  southbound: southboundSchema,
  tickMs: z.int().min(50).max(60_000).default(500).describe('Period of the loop.'),
  log: strict({
    level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  }).prefault({}),
});

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
export const isLoopbackHost = (host: string): boolean =>
  LOOPBACK.has(host) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);

type Spec = z.infer<typeof specSchema>;

function checkRoles(spec: Spec, context: z.RefinementCtx<unknown>): void {
  const roles = new Set(spec.roles);
  if (roles.size !== spec.roles.length)
    context.addIssue({ code: 'custom', path: ['spec', 'roles'], message: 'a role is named twice' });
  if (roles.size < DAEMON_ROLES.length && spec.redis === undefined)
    context.addIssue({
      code: 'custom',
      path: ['spec', 'roles'],
      message: `one process without redis must take all roles (${DAEMON_ROLES.join(', ')}); set spec.redis to split them`,
    });
}

function checkAuth(spec: Spec, context: z.RefinementCtx<unknown>): void {
  const { tokens } = spec.api.auth;
  const names = new Set<string>();
  tokens.forEach((token, i) => {
    if (names.has(token.name))
      context.addIssue({
        code: 'custom',
        path: ['spec', 'api', 'auth', 'tokens', i, 'name'],
        message: `the name ${token.name} is used twice`,
      });
    names.add(token.name);
  });
  const open = (['http', 'grpc'] as const).filter((name) => !isLoopbackHost(spec.api[name].host));
  const [first] = open;
  if (tokens.length > 0 && first !== undefined && spec.api.tls === undefined)
    context.addIssue({
      code: 'custom',
      path: ['spec', 'api', 'tls'],
      message:
        `required, because spec.api.${first}.host (${spec.api[first].host}) is not loopback: ` +
        'tokens would cross the network in plain text',
    });
  if (tokens.length > 0) return;
  for (const server of open)
    context.addIssue({
      code: 'custom',
      path: ['spec', 'api', server, 'host'],
      message: 'without spec.api.auth.tokens the API binds to loopback only (127.0.0.1 or ::1)',
    });
}

/** Configuration file of `weir-controller`. Paths in it are relative to the file. */
export const controllerConfigSchema = strict({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('ControllerConfig'),
  metadata: strict({ name: nameSchema }).optional(),
  spec: specSchema,
}).superRefine((config, context) => {
  checkRoles(config.spec, context);
  checkAuth(config.spec, context);
});

export type ControllerConfig = z.infer<typeof controllerConfigSchema>;
export type ControllerConfigSpec = ControllerConfig['spec'];
export type ControllerConfigInput = z.input<typeof controllerConfigSchema>;
