import { createRequire } from 'node:module';
import { generatedNote } from './page.mjs';

const require = createRequire(import.meta.url);

/** The page that the command line writes of itself. */
export function cliPage() {
  const { cliReference } = require('@weir/cli');
  const [title, ...rest] = cliReference().split('\n');
  return `${[title, '', generatedNote('apps/cli'), ...rest.slice(1)].join('\n').trimEnd()}\n`;
}
