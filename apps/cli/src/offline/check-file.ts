import { dirname, resolve } from 'node:path';
import { loadTopology } from '@weir/adapter-inventory-file';
import { compilePolicy, runExamples } from '@weir/adapter-policy-cel';
import { controllerConfigSchema, formatIssues, type FieldIssue } from '@weir/contracts';
import type { Result } from '@weir/core/base';
import { API_VERSION, type IntentResource, type Topology } from '@weir/core/model';
import { checkIntent, intentKinds } from '@weir/intents';
import { pemMistake } from '@weir/tls';
import { CliError } from '../cli-error';
import type { Io } from '../io';
import type * as Sim from '../sim';
import { readDocuments, readText } from './documents';

/** What was found in one file; no issue means that the daemon would take it. */
export interface FileReport {
  readonly file: string;
  readonly kind: string;
  readonly issues: readonly FieldIssue[];
}

/**
 * Checks a configuration and every file that it names, or a topology, a policy or intents by
 * themselves, by the same code that the daemon runs at start.
 */
export function checkFile(file: string, io: Io): FileReport[] {
  const text = readText(file, io);
  const documents = readDocuments([file], io);
  const first = documents[0]?.value as { kind?: unknown; topology?: unknown } | null;
  const kind = typeof first?.kind === 'string' ? first.kind : '';
  if (kind === 'Policy') return [checkPolicy(file, text)];
  if (kind === 'Topology' || first?.topology !== undefined)
    return [checkTopology(file, text).report];
  if (kind === 'Scenario') return [checkScenario(file, io)];
  if (intentKinds.has(kind)) return [checkIntents(file, io, null)];
  return checkConfig(file, first, io);
}

function checkConfig(file: string, value: unknown, io: Io): FileReport[] {
  const parsed = controllerConfigSchema.safeParse(value);
  if (!parsed.success)
    return [{ file, kind: 'ControllerConfig', issues: formatIssues(parsed.error) }];
  const { spec } = parsed.data;
  const at = (path: string): string => resolve(file === '-' ? '.' : dirname(file), path);
  const issues: FieldIssue[] = [];
  const reports: FileReport[] = [];
  const read = (path: string, field: string): string | null => {
    try {
      return readText(at(path), io);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      issues.push({ path: field, message: error.message });
      return null;
    }
  };
  const topologyText = read(spec.topology, 'spec.topology');
  const topology = topologyText === null ? null : checkTopology(at(spec.topology), topologyText);
  if (topology) reports.push(topology.report);
  if (spec.policy !== undefined) {
    const policyText = read(spec.policy, 'spec.policy');
    if (policyText !== null) reports.push(checkPolicy(at(spec.policy), policyText));
  }
  for (const [i, path] of spec.intents.entries())
    if (read(path, `spec.intents[${i}]`) !== null)
      reports.push(checkIntents(at(path), io, topology?.value ?? null));
  const { southbound, api, telemetry } = spec;
  issues.push(...checkTls('spec.southbound.tls', southbound.tls, read));
  if (api.tls) issues.push(...checkTls('spec.api.tls', api.tls, read));
  const { tls } = telemetry.otlp;
  if (tls) issues.push(...checkTls('spec.telemetry.otlp.tls', tls, read));
  return [{ file, kind: 'ControllerConfig', issues }, ...reports];
}

interface TlsFiles {
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly clientCaFile?: string | undefined;
}

/** What is wrong inside of the files; that one cannot be read is told by `read`. */
function checkTls(
  section: string,
  tls: TlsFiles,
  read: (path: string, field: string) => string | null,
): FieldIssue[] {
  const text = (name: keyof TlsFiles): string | undefined => {
    const path = tls[name];
    return path === undefined ? undefined : (read(path, `${section}.${name}`) ?? undefined);
  };
  const caField = tls.clientCaFile === undefined ? 'caFile' : 'clientCaFile';
  const texts = { cert: text('certFile'), key: text('keyFile'), ca: text(caField) };
  const mistake = pemMistake(texts);
  if (mistake === null) return [];
  const field = { cert: 'certFile', key: 'keyFile', ca: caField } as const;
  const name = field[mistake.part];
  return [{ path: `${section}.${name}`, message: `${tls[name]}: ${mistake.reason}` }];
}

const issuesOf = (result: Result<unknown>): FieldIssue[] =>
  result.ok ? [] : [{ path: result.error.where, message: result.error.reason }];

function checkTopology(file: string, text: string): { report: FileReport; value: Topology | null } {
  const topology = loadTopology(text);
  return {
    report: { file, kind: 'Topology', issues: issuesOf(topology) },
    value: topology.ok ? topology.value : null,
  };
}

function checkPolicy(file: string, text: string): FileReport {
  const policy = compilePolicy(text);
  if (!policy.ok) return { file, kind: 'Policy', issues: issuesOf(policy) };
  const issues = runExamples(policy.value)
    .filter((outcome) => !outcome.passed)
    .map(({ where, name, expected, actual }) => ({
      path: where,
      message: `"${name}" expects ${expected ?? 'no rule'} and gets ${actual ?? 'no rule'}`,
    }));
  return { file, kind: 'Policy', issues };
}

/** A scenario is built as for a run: names, routes and intents in it are checked as well. */
function checkScenario(file: string, io: Io): FileReport {
  // Loaded when asked for: the simulator brings in the engine, which other checks do without.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { builtScenario } = require('../sim') as typeof Sim;
  return { file, kind: 'Scenario', issues: issuesOf(builtScenario(file, undefined, io)) };
}

/** With a topology the names in the intents are checked too. */
function checkIntents(file: string, io: Io, topology: Topology | null): FileReport {
  const issues: FieldIssue[] = [];
  for (const { source, value } of readDocuments([file], io)) {
    const prefix = source === file ? '' : `${source.slice(file.length + 1)}: `;
    const intent = checkIntent(value);
    const located = (result: Result<unknown>): FieldIssue[] =>
      issuesOf(result).map((issue) => ({ ...issue, path: prefix + issue.path }));
    if (!intent.ok || topology === null) {
      issues.push(...located(intent));
      continue;
    }
    const { kind, metadata, priority, spec } = intent.value;
    const resource: IntentResource = {
      apiVersion: API_VERSION,
      kind,
      metadata: { name: metadata.name, labels: metadata.labels, generation: 1, createdMs: 0 },
      priority,
      spec,
    };
    const compiled = intentKinds.get(kind)?.compile(resource, topology);
    if (compiled) issues.push(...located(compiled));
  }
  return { file, kind: 'Intent', issues };
}
