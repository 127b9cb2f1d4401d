import { createHash } from 'node:crypto';
import { formatIssues, summarize, topologySchema } from '@weir/contracts';
import { refuse, type Result } from '@weir/core/base';
import type { Topology } from '@weir/core/model';
import { parseDocument } from 'yaml';
import { buildTopology } from './build-topology';
import { fromContainerlab } from './containerlab';

export type TopologyFormat = 'weir' | 'containerlab';

/** Larger files are refused before they are parsed; 64 MB hold about 200,000 links. */
export const MAX_TOPOLOGY_CHARACTERS = 64_000_000;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Reads a topology. Without `format` it is told from the content: a file with `topology.nodes` is
 * containerlab's. The revision is `digest` over the content, so that comments and spacing do not
 * change it. Refused with `topology-invalid`: bad YAML, unknown fields, references to what does
 * not exist, ports used twice, capacities that contradict each other.
 */
export function loadTopology(
  text: string,
  format?: TopologyFormat,
  digest: (text: string) => string = sha256,
): Result<Topology> {
  const yaml = parseYaml(text);
  if (!yaml.ok) return yaml;
  if ((format ?? detectFormat(yaml.value)) === 'weir')
    return fromDocument(yaml.value, digest, (path) => path);
  const converted = fromContainerlab(yaml.value);
  if (!converted.ok) return converted;
  return fromDocument(converted.value.document, digest, converted.value.sourcePath);
}

function fromDocument(
  document: unknown,
  digest: (text: string) => string,
  sourcePath: (path: string) => string,
): Result<Topology> {
  const parsed = topologySchema.safeParse(document);
  if (!parsed.success) {
    const issues = formatIssues(parsed.error);
    const { where, reason } = summarize(
      issues.map((issue) => ({ ...issue, path: sourcePath(issue.path) })),
    );
    return refuse('topology-invalid', where, reason);
  }
  const built = buildTopology(parsed.data, digest);
  if (built.ok) return built;
  return refuse(built.error.code, sourcePath(built.error.where), built.error.reason);
}

function detectFormat(value: unknown): TopologyFormat {
  const isMapping = typeof value === 'object' && value !== null;
  return isMapping && 'topology' in value && !('apiVersion' in value) ? 'containerlab' : 'weir';
}

function parseYaml(text: string): Result<unknown> {
  if (text.length > MAX_TOPOLOGY_CHARACTERS) {
    const reason = `longer than ${MAX_TOPOLOGY_CHARACTERS} characters`;
    return refuse('topology-invalid', '(root)', reason);
  }
  try {
    const document = parseDocument(text, { prettyErrors: true });
    const [error] = document.errors;
    if (!error) return { ok: true, value: document.toJS() };
    const at = error.linePos?.[0];
    const where = at ? `line ${at.line}, column ${at.col}` : '(root)';
    const reason = (error.message.split('\n')[0] ?? '').replace(/:$/, '');
    return refuse('topology-invalid', where, reason);
  } catch (cause) {
    // Nesting that exhausts the parser, and aliases that would expand without bound.
    const reason = cause instanceof RangeError ? 'nested too deeply' : (cause as Error).message;
    return refuse('topology-invalid', '(root)', reason);
  }
}
