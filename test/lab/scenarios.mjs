/** Finds the scenarios: every file incident-*.mjs and scenario-*.mjs has one as default export. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const DEFAULTS = { needs: [], wires: [], rates: {}, congestion: null, qos: false, order: null };
const LIMIT_MS = 240_000;

/**
 * Scenarios in the order of a run without `--only`; those whose `order` is null only run when asked
 * for, and come last.
 */
export async function allScenarios() {
  const files = readdirSync(FOLDER).filter((name) => /^(incident|scenario)-.*\.mjs$/.test(name));
  const scenarios = [];
  for (const file of files) {
    const { default: scenario } = await import(new URL(file, import.meta.url));
    if (typeof scenario?.run !== 'function' || typeof scenario.name !== 'string')
      throw new Error(`${file}: its default export is not {name, about, run, ...}`);
    scenarios.push({ ...DEFAULTS, limitMs: LIMIT_MS, ...scenario });
  }
  const place = ({ order }) => order ?? Infinity;
  return scenarios.sort((a, b) =>
    place(a) === place(b) ? a.name.localeCompare(b.name) : place(a) - place(b),
  );
}
