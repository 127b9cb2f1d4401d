import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The default policy as text, documented field by field; the same as deploy/policy/default.yaml. */
export const defaultPolicyText: string = readFileSync(
  join(__dirname, '..', 'policy', 'default.yaml'),
  'utf8',
);
