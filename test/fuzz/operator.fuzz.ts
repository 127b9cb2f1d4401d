import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { loadTopology } from '@weir/adapter-inventory-file';
import { formatIssues, savedPlanSchema } from '@weir/contracts';
import { checkIntent, intentKinds } from '@weir/intents';
import { checkInputs } from '@weir/controller';
import { example, fileDoor } from './files.fuzz';
import { codeInUse } from './refusals';
import { nothingToClose, Violation, type Door } from './driver';
import { jsonTextOf, mutatedDocument, mutatedText, mutatedYaml } from './inputs';

const CONFIG = 'examples/controller/single-process.yaml';
const INTENTS = ['drain', 'latency-objective', 'training-job'].map(
  (name) => `examples/intents/${name}.yaml`,
);

/** The whole set of files that a daemon starts with; one of them is what was fed. */
interface Files {
  readonly 'controller.yaml': string;
  readonly 'intent.yaml': string;
}

const goodFiles: Files = {
  'controller.yaml': `apiVersion: weir.dev/v1
kind: ControllerConfig
spec:
  topology: topology.yaml
  intents: [intent.yaml]
  journal: { dir: journal }
`,
  'intent.yaml': example(INTENTS[1] as string),
};

const configText = fc.oneof(
  mutatedYaml(
    fc.constantFrom(
      parse(example(CONFIG)) as unknown,
      parse(goodFiles['controller.yaml']) as unknown,
    ),
  ),
  mutatedText(fc.constant(goodFiles['controller.yaml'])),
);
const intentText = fc.oneof(
  mutatedYaml(fc.constantFrom(...INTENTS.map((file) => parse(example(file)) as unknown))),
  mutatedText(fc.constantFrom(...INTENTS.map(example), INTENTS.map(example).join('---\n'))),
);

const CODES = [
  'config-invalid',
  'topology-invalid',
  'policy-invalid',
  'policy-example-failed',
].concat('intent-invalid', 'intent-unknown-kind', 'intent-conflict', 'not-found', 'no-alternative');

/** Configuration and intent files, read as the daemon reads them when it starts. */
export const configDoor: Door<Files> = {
  name: 'config',
  about: 'controller configuration and intent files at the start of a daemon',
  input: fc.oneof(
    configText.map((text) => ({ ...goodFiles, 'controller.yaml': text })),
    intentText.map((text) => ({ ...goodFiles, 'intent.yaml': text })),
  ),
  open: () => {
    const dir = mkdtempSync(join(tmpdir(), 'weir-fuzz-'));
    writeFileSync(join(dir, 'topology.yaml'), example('examples/topologies/leaf-spine.yaml'));
    const feed = (files: Files): string => {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
      const result = checkInputs(join(dir, 'controller.yaml'), {});
      if (result.ok) return 'taken';
      const { code, file, reason } = result.error;
      if (!CODES.includes(code) || !codeInUse(code))
        throw new Violation(`refused with code ${code}`);
      if (file === '' || reason === '') throw new Violation(`${code} without file or reason`);
      return code;
    };
    const good = (): void => {
      const outcome = feed(goodFiles);
      if (outcome !== 'taken') throw new Violation(`good files were refused: ${outcome}`);
    };
    const close = (): Promise<void> => {
      rmSync(dir, { recursive: true, force: true });
      return Promise.resolve();
    };
    return Promise.resolve({ feed, good, close });
  },
};

const topology = loadTopology(example('examples/topologies/leaf-spine.yaml'));
if (!topology.ok) throw new Error(topology.error.reason);

/** Intents as documents: what REST, gRPC and files all end in. */
function checkAndCompile(text: string): string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // Not JSON: refused where bodies are parsed.
    return 'no JSON';
  }
  const checked = checkIntent(document);
  if (!checked.ok) {
    const { code, where, reason } = checked.error;
    if (!codeInUse(code) || where === '' || reason === '')
      throw new Violation(`${code} at "${where}": ${reason}`);
    return code;
  }
  const { kind, metadata, priority, spec } = checked.value;
  const intent = {
    apiVersion: 'weir.dev/v1' as const,
    kind,
    metadata: { name: metadata.name, labels: metadata.labels, generation: 1, createdMs: 0 },
    priority,
    spec,
  };
  if (!topology.ok) throw new Error('no topology');
  const compiled = intentKinds.get(kind)?.compile(intent, topology.value);
  if (compiled === undefined) throw new Violation(`an intent of kind ${kind} was taken`);
  if (!compiled.ok && !codeInUse(compiled.error.code)) throw new Violation(compiled.error.code);
  return compiled.ok ? 'taken' : compiled.error.code;
}

const intentDocuments = INTENTS.map((file) => parse(example(file)) as unknown);
export const intentsDoor: Door<string> = {
  name: 'intents',
  about: 'intents of every kind, envelope and spec, compiled on a topology',
  input: mutatedDocument(fc.constantFrom(...intentDocuments)).map(jsonTextOf),
  open: () =>
    Promise.resolve({
      feed: checkAndCompile,
      good: () => {
        for (const document of intentDocuments) {
          const outcome = checkAndCompile(JSON.stringify(document));
          if (outcome !== 'taken') throw new Violation(`a good intent was refused: ${outcome}`);
        }
      },
      close: nothingToClose,
    }),
};

/** Plans that `weir plan --out` put aside and `weir apply` reads. */
export const plansDoor = fileDoor({
  name: 'plans',
  about: 'saved plans',
  files: ['examples/changes/reroute.plan.json'],
  load: (text) => {
    let document: unknown;
    try {
      document = parse(text, { logLevel: 'silent' });
    } catch {
      // Not YAML: the command line says so with the line, before it looks at the plan.
      return 'no YAML';
    }
    const parsed = savedPlanSchema.safeParse(document);
    if (parsed.success) return 'taken';
    const [first] = formatIssues(parsed.error);
    if (first === undefined || first.path === '' || first.message === '')
      throw new Violation('refused without a place');
    return 'refused';
  },
});
