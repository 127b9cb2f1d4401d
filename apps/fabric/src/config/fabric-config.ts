import {
  API_VERSION,
  byteSizeSchema,
  capacitySchema,
  formatIssues,
  hostPortSchema,
  nameSchema,
  portNumberSchema,
  strict,
  summarize,
  workloadSchema,
} from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import { parseDocument } from 'yaml';
import { z } from 'zod';

const specSchema = strict({
  stage: z
    .enum(['demo', 'plain'])
    .default('demo')
    .describe('demo: the fabric and the scenarios of npm start; plain: sizes below, no workload.'),
  leaves: z.int().min(1).max(256).default(16),
  spines: z.int().min(1).max(64).default(4),
  hostPortsPerLeaf: z.int().min(1).max(64).default(4),
  linkCapacity: capacitySchema.default(25e9),
  hostCapacity: capacitySchema.default(25e9),
  sharedBuffer: byteSizeSchema.default(16e6),
  seed: z.int().min(0).max(0xffffffff).default(42),
  stepMs: z.int().min(10).max(1_000).default(100),
  gnmi: strict({
    host: z.string().min(1).default('127.0.0.1'),
    basePort: portNumberSchema
      .default(0)
      .describe('The first switch listens here, the next one port higher; 0: free ports.'),
  }).prefault({}),
  control: strict({
    host: z.string().min(1).default('127.0.0.1'),
    port: portNumberSchema.default(0),
  }).prefault({}),
  otlp: strict({
    endpoint: hostPortSchema.optional().describe('Where the workloads report to.'),
    intervalMs: z.int().min(100).max(60_000).default(500),
  }).prefault({}),
  workloads: z.array(workloadSchema).max(10_000).default([]),
});

export const fabricConfigSchema = strict({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Fabric'),
  metadata: strict({ name: nameSchema }),
  spec: specSchema.prefault({}),
});
export type FabricConfig = z.infer<typeof fabricConfigSchema>;

/** Fields of `spec` that command-line flags override. */
export type SpecOverrides = Readonly<Record<string, unknown>>;

/** Configuration of a file's text, or the defaults for an empty text. */
export function readConfig(text: string, overrides: SpecOverrides = {}): Result<FabricConfig> {
  const value = readYaml(text);
  if (!value.ok) return value;
  const given = value.value ?? {
    apiVersion: API_VERSION,
    kind: 'Fabric',
    metadata: { name: 'demo' },
  };
  const parsed = fabricConfigSchema.safeParse(merged(given, overrides));
  if (parsed.success) return ok(parsed.data);
  const { where, reason } = summarize(formatIssues(parsed.error));
  return refuse('config-invalid', where, reason);
}

/** Flags win over the file, one level into `spec.gnmi`, `spec.control` and `spec.otlp`. */
function merged(given: unknown, overrides: SpecOverrides): unknown {
  if (Object.keys(overrides).length === 0 || !isRecord(given)) return given;
  const spec: Record<string, unknown> = { ...(isRecord(given['spec']) ? given['spec'] : {}) };
  for (const [key, value] of Object.entries(overrides)) {
    const before = spec[key];
    spec[key] = isRecord(before) && isRecord(value) ? { ...before, ...value } : value;
  }
  return { ...given, spec };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readYaml(text: string): Result<unknown> {
  try {
    const document = parseDocument(text);
    const mistake = document.errors[0];
    if (mistake === undefined) return ok(document.toJS() as unknown);
    const line = mistake.linePos?.[0].line ?? 1;
    return refuse('config-invalid', `line ${line}`, mistake.message.split('\n')[0] ?? 'not YAML');
  } catch (cause) {
    // Nesting that exhausts the parser, and aliases that would expand without bound.
    return refuse('config-invalid', '(root)', String(cause));
  }
}
