import { createRequire } from 'node:module';
import { generatedNote, table } from './page.mjs';
import { schemaTable } from './schema-table.mjs';

const require = createRequire(import.meta.url);
const contracts = () => require('@weir/contracts');

export const configPage = () =>
  [
    '# Daemon configuration\n',
    generatedNote('libs/contracts/src/controller-config.ts'),
    'The YAML file that `weir-controller` takes. Paths in it are relative to the file. An unknown',
    'field is an error; `weir config check FILE` says which. Secrets stand in the environment and',
    'are named here (`tokenEnv`, `usernameEnv`, `passwordEnv`).\n',
    schemaTable(contracts().controllerConfigSchema),
  ].join('\n');

export const topologyPage = () =>
  [
    '# Topology file\n',
    generatedNote('libs/contracts/src/topology.ts'),
    'What exists and how it is wired. Capacities are bits per second, as a number or with a decimal',
    'unit (`100G`, `400M`).\n',
    schemaTable(contracts().topologySchema),
  ].join('\n');

export const policyPage = () =>
  [
    '# Policy file\n',
    generatedNote('libs/contracts/src/policy'),
    'What is a breach, what may be done about it, and how it is judged. See [policy](../policy.md)',
    'for how to write one.\n',
    schemaTable(contracts().policySchema),
    '## Facts\n',
    'What a condition (`when`) can refer to, and what an example can give. A comparison with a fact',
    'that is not known at that moment does not hold, negated or not.\n',
    table(
      ['Fact', 'Type', 'Meaning'],
      Object.entries(require('@weir/adapter-policy-cel').FACTS).map(([name, [type, meaning]]) => [
        `\`${name}\``,
        type,
        meaning,
      ]),
    ),
  ].join('\n');

export const savedPlanPage = () =>
  [
    '# Saved plan\n',
    generatedNote('libs/contracts/src/saved-plan.ts'),
    '`weir plan -f change.yaml --out plan.json` writes one, `weir apply plan.json` applies exactly that',
    'plan, without asking again, or reports why not (`plan-hash-mismatch` when the configuration or',
    'the topology is another by now). `weir plan -f plan.json` only asks whether it still holds. JSON;',
    'the plan of one change (`kind: Change`), since an intent is planned anew whenever it has to be.\n',
    schemaTable(contracts().savedPlanSchema),
    '[An example](../../examples/changes/reroute.plan.json).\n',
  ].join('\n');

export const scenarioPage = () =>
  [
    '# Scenario file\n',
    generatedNote('libs/contracts/src/scenario/'),
    'What `weir sim FILE` runs: a fabric, the workloads on it, events, intents, a policy, and what should',
    'come of it. Times are ms of virtual time from the start of the run; sizes are bytes, as a number or',
    'with a unit (`64MB`, `32MiB`); rates are bits per second, as a number or with a unit (`100G`). See',
    '[the simulator](../simulator.md) for how to write one.\n',
    schemaTable(contracts().scenarioSchema),
    '[An example](../../examples/scenarios/copy-beside-service.yaml).\n',
  ].join('\n');
