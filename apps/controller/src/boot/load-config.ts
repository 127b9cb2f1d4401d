import { dirname, join, resolve } from 'node:path';
import {
  controllerConfigSchema,
  formatIssues,
  summarize,
  type ControllerConfigSpec,
} from '@weir/contracts';
import { err, ok, type Result } from '@weir/core/base';
import type { BootRefusal } from './boot-error';
import { readText } from './read-file';
import { yamlDocuments, yamlValue } from './yaml-value';

export interface LoadedConfig {
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
  /** With absolute paths. */
  readonly spec: ControllerConfigSpec;
}

/** Reads and checks the configuration file; the files that it names are not opened here. */
export function loadConfig(path: string): Result<LoadedConfig, BootRefusal> {
  const file = resolve(path);
  const text = readText(file, 'config-invalid', null);
  if (!text.ok) return text;
  const parsed = parseConfig(text.value);
  if (!parsed.ok) return err({ ...parsed.error, file });
  return ok({ file, text: text.value, spec: absolutePaths(parsed.value, dirname(file)) });
}

function parseConfig(text: string): Result<ControllerConfigSpec, Omit<BootRefusal, 'file'>> {
  const code = 'config-invalid';
  const documents = yamlDocuments(text);
  if (!documents.ok) return err({ code, ...documents.error });
  const [document, another] = documents.value;
  if (another) return err({ code, where: '(root)', reason: 'holds more than one document' });
  const value = document ? yamlValue(document) : ok(null);
  if (!value.ok) return err({ code, ...value.error });
  const parsed = controllerConfigSchema.safeParse(value.value);
  if (parsed.success) return ok(parsed.data.spec);
  return err({ code, ...summarize(formatIssues(parsed.error)) });
}

function absolutePaths(spec: ControllerConfigSpec, directory: string): ControllerConfigSpec {
  const absolute = (path: string): string => resolve(directory, path);
  const { api, flightRecorder, telemetry, southbound } = spec;
  return {
    ...spec,
    topology: absolute(spec.topology),
    ...(spec.policy === undefined ? {} : { policy: absolute(spec.policy) }),
    intents: spec.intents.map(absolute),
    journal: journalPaths(spec.journal, absolute),
    flightRecorder: {
      ...flightRecorder,
      directory: absolute(flightRecorder.directory ?? join(dirname(spec.journal.dir), 'flight')),
    },
    api: { ...api, ...withFiles(api, absolute) },
    telemetry: {
      ...telemetry,
      otlp: { ...telemetry.otlp, ...withFiles(telemetry.otlp, absolute) },
    },
    southbound: { ...southbound, ...withFiles(southbound, absolute) },
  };
}

function journalPaths(
  journal: ControllerConfigSpec['journal'],
  absolute: (path: string) => string,
): ControllerConfigSpec['journal'] {
  const { dir, anchor } = journal;
  if (anchor === undefined) return { ...journal, dir: absolute(dir) };
  const { file, webhook } = anchor;
  return {
    ...journal,
    dir: absolute(dir),
    anchor: {
      ...anchor,
      ...(file === undefined ? {} : { file: absolute(file) }),
      ...(webhook === undefined ? {} : { webhook: filesOf(webhook, absolute) }),
    },
  };
}

/** The `tls` of a section with every `*File` made absolute; nothing when there is none. */
function withFiles<Tls extends object>(
  { tls }: { readonly tls?: Tls | undefined },
  absolute: (path: string) => string,
): { readonly tls?: Tls } {
  if (tls === undefined) return {};
  return { tls: filesOf(tls, absolute) };
}

/** The section with every `*File` made absolute. */
function filesOf<Section extends object>(
  section: Section,
  absolute: (path: string) => string,
): Section {
  const entries = Object.entries(section) as [string, unknown][];
  const files = entries.filter(([name, path]) => name.endsWith('File') && path !== undefined);
  return {
    ...section,
    ...Object.fromEntries(files.map(([name, path]) => [name, absolute(path as string)])),
  };
}
