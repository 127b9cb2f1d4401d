import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatIssues, scenarioSchema } from '@weir/contracts';
import { parse } from 'yaml';

const FILES = readdirSync(__dirname).filter((name) => name.endsWith('.yaml'));
const textOf = (file: string): string => readFileSync(join(__dirname, file), 'utf8');

describe('scenario files', () => {
  it.each(FILES)('%s is valid, is named after its file and opens with its story', (file) => {
    const text = textOf(file);
    const parsed = scenarioSchema.safeParse(parse(text));
    expect(parsed.success ? [] : formatIssues(parsed.error)).toEqual([]);
    expect(parsed.data?.metadata.name).toBe(file.replace(/\.yaml$/, ''));
    expect(parsed.data?.spec.description).not.toBe('');
    expect(text).toMatch(/^# /);
  });
});
