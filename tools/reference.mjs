// `npm run reference`: writes the pages of docs/reference from the code they describe. With
// `--check` it only compares, names the pages that drifted, and fails.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { apiPage } from './reference/api.mjs';
import { changeStatesPage } from './reference/change-states.mjs';
import { cliPage } from './reference/cli.mjs';
import { errorCodesPage } from './reference/error-codes.mjs';
import {
  configPage,
  policyPage,
  savedPlanPage,
  scenarioPage,
  topologyPage,
} from './reference/schemas.mjs';
import { intentsPage } from './reference/intents.mjs';
import { metricsPage } from './reference/metrics.mjs';
import { ROOT } from './root.mjs';

const PAGES = [
  { path: 'docs/reference/api.md', render: apiPage },
  { path: 'docs/reference/change-states.md', render: changeStatesPage },
  { path: 'docs/reference/cli.md', render: cliPage },
  { path: 'docs/reference/config.md', render: configPage },
  { path: 'docs/reference/error-codes.md', render: errorCodesPage },
  { path: 'docs/reference/intents.md', render: intentsPage },
  { path: 'docs/reference/metrics.md', render: metricsPage },
  { path: 'docs/reference/policy.md', render: policyPage },
  { path: 'docs/reference/saved-plan.md', render: savedPlanPage },
  { path: 'docs/reference/scenario.md', render: scenarioPage },
  { path: 'docs/reference/topology.md', render: topologyPage },
];

const check = process.argv.includes('--check');
const drifted = [];
for (const { path, render } of PAGES) {
  const file = join(ROOT, path);
  const text = await render();
  const present = existsSync(file) ? readFileSync(file, 'utf8') : null;
  if (present === text) continue;
  drifted.push(path);
  if (check) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

for (const path of drifted)
  console.log(check ? `${path}: drifted from the code (npm run reference)` : `wrote ${path}`);
if (drifted.length === 0) console.log(`${PAGES.length} pages follow the code`);
process.exitCode = check && drifted.length > 0 ? 1 : 0;
