import { createRequire } from 'node:module';
import { stringify } from 'yaml';
import { generatedNote } from './page.mjs';
import { schemaTable } from './schema-table.mjs';

const require = createRequire(import.meta.url);

/** One section per kind of intent that is registered. */
export function intentsPage() {
  const { intentKinds } = require('@weir/intents');
  const { intentEnvelopeSchema } = require('@weir/contracts');
  const sections = [...intentKinds.values()].map(
    ({ kind, description, shortNames, example }) =>
      `## ${kind}\n\n${description} Short names: ${shortNames.map((name) => `\`${name}\``).join(', ')}.\n\n` +
      `\`\`\`yaml\n${stringify(example)}\`\`\`\n`,
  );
  return [
    '# Intents\n',
    generatedNote('libs/intents'),
    'What people and platforms ask for, as declarative resources: `weir apply -f FILE` puts one in',
    'place, `--dry-run` answers with the plan and changes nothing. Every kind has the same envelope;',
    '`spec` is checked by the kind, with the path of the offending field.\n',
    schemaTable(intentEnvelopeSchema),
    ...sections,
  ].join('\n');
}
