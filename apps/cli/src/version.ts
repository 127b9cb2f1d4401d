import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Version of this program, from its own package file. */
export const CLIENT_VERSION: string = (
  JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string }
).version;
