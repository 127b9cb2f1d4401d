import {
  formatIssues,
  intentEnvelopeSchema,
  summarize,
  type IntentEnvelope,
} from '@weir/contracts';
import { err, ok, type Result } from '@weir/core/base';
import { API_VERSION, type IntentResource, type Topology } from '@weir/core/model';
import type { Catalog } from '../wiring/adapters';
import { inFile, type BootRefusal } from './boot-error';
import type { LoadedConfig } from './load-config';
import { readText } from './read-file';
import { yamlDocuments, yamlValue } from './yaml-value';

/** Intents of the files in `spec.intents`; a file may hold several, separated by `---`. */
export function loadIntents(
  config: LoadedConfig,
  catalog: Catalog,
  topology: Topology,
): Result<readonly IntentEnvelope[], BootRefusal> {
  const intents: IntentEnvelope[] = [];
  for (const [i, path] of config.spec.intents.entries()) {
    const namedBy = { file: config.file, where: `spec.intents[${i}]` };
    const text = readText(path, 'intent-invalid', namedBy);
    if (!text.ok) return text;
    const read = readIntents(path, text.value, catalog, topology);
    if (!read.ok) return read;
    intents.push(...read.value);
  }
  return ok(intents);
}

function readIntents(
  file: string,
  text: string,
  catalog: Catalog,
  topology: Topology,
): Result<readonly IntentEnvelope[], BootRefusal> {
  const intents: IntentEnvelope[] = [];
  const documents = yamlDocuments(text);
  if (!documents.ok) return err({ code: 'intent-invalid', file, ...documents.error });
  for (const document of documents.value) {
    const prefix = documents.value.length > 1 ? `document ${intents.length + 1}: ` : '';
    const value = yamlValue(document);
    if (!value.ok) return err({ code: 'intent-invalid', file, ...value.error });
    const checked = checkIntent(value.value, catalog, topology);
    if (!checked.ok)
      return err({ ...inFile(file, checked.error), where: prefix + checked.error.where });
    intents.push(checked.value);
  }
  return ok(intents);
}

function checkIntent(value: unknown, catalog: Catalog, topology: Topology): Result<IntentEnvelope> {
  const parsed = intentEnvelopeSchema.safeParse(value);
  if (!parsed.success) {
    const issue = summarize(formatIssues(parsed.error));
    return err({ kind: 'refused', code: 'intent-invalid', ...issue });
  }
  const { data } = parsed;
  const kind = catalog.intentKinds.get(data.kind);
  if (kind === undefined) {
    const known = [...catalog.intentKinds.keys()].join(', ');
    const reason = `no intent kind is called "${data.kind}"; known: ${known}`;
    return err({ kind: 'refused', code: 'intent-unknown-kind', where: 'kind', reason });
  }
  const spec = kind.parse(data.spec);
  if (!spec.ok) return spec;
  const compiled = kind.compile(asResource(data), topology);
  return compiled.ok ? ok(data) : compiled;
}

const asResource = (intent: IntentEnvelope): IntentResource => ({
  apiVersion: API_VERSION,
  kind: intent.kind,
  metadata: {
    name: intent.metadata.name,
    labels: intent.metadata.labels,
    generation: 0,
    createdMs: 0,
  },
  priority: intent.priority,
  spec: intent.spec,
});
