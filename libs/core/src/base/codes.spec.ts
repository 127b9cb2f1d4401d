import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from './codes';
import { REMEDIES } from './remedies';

/** Sources of the packages that refuse, without their specs and what is built from them. */
function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist', 'generated'].includes(entry.name) ? [] : sources(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts') ? [path] : [];
  });
}

/** Codes as they stand in the text: first argument of `refuse(`, field `code:`, head of a verdict. */
const USED = [
  /\brefuse\(\s*'([a-z-]+)'/g,
  /\bcode: '([a-z-]+)'/g,
  /\breturn \[\s*'([a-z]+-[a-z-]+)',/g,
];

const used = new Map<string, string>();
for (const root of ['libs', 'apps'])
  for (const path of sources(join(__dirname, '../../../..', root))) {
    const text = readFileSync(path, 'utf8');
    for (const pattern of USED)
      for (const [, code] of text.matchAll(pattern)) used.set(code ?? '', path);
  }

/** What looks like a code and is none: answers of tools about their own files, and verdicts. */
const NO_CODES = new Set(['custom', 'no-effect']);

describe('error codes', () => {
  it('that a refusal uses are all in the table', () => {
    expect(used.size).toBeGreaterThan(30);
    const unknown = [...used].filter(([code]) => !(code in ERROR_CODES) && !NO_CODES.has(code));
    expect(unknown).toEqual([]);
  });

  it('each say what they mean and what to do about it', () => {
    expect(Object.keys(REMEDIES).sort()).toEqual(Object.keys(ERROR_CODES).sort());
    for (const [code, remedy] of Object.entries(REMEDIES)) {
      expect([code, remedy.length > 20]).toEqual([code, true]);
      expect([code, remedy.endsWith('.')]).toEqual([code, true]);
    }
  });
});
