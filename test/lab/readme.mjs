/**
 * Puts the figures of runs into README.md, so that none is typed: the incidents with the loop off
 * and on, and the scenarios that say what held. Usage: readme.mjs RESULT.json... , each of them the
 * output of `npm run lab -- --json` or the one result of a scenario.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { table } from './report.mjs';

const README = new URL('README.md', import.meta.url);
const [BEGIN, END] = ['<!-- figures -->', '<!-- end of figures -->'];

const results = process.argv.slice(2).flatMap((file) => {
  const value = JSON.parse(readFileSync(file, 'utf8'));
  return value.results ?? [value];
});
const text = readFileSync(README, 'utf8');
const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
if (from === -1 || to < from) throw new Error(`README.md lacks ${BEGIN} and ${END}`);
const block = ['', '', '```text', table(results), '```', '', ''].join('\n');
writeFileSync(README, text.slice(0, from + BEGIN.length) + block + text.slice(to));
