import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildScenario, parseScenario } from '@weir/closed-loop';
import { ok, refuse, type Result } from '@weir/core/base';
import { example, fileDoor, judged } from './files.fuzz';

const FOLDER = 'test/scenarios';
const files = readdirSync(join(__dirname, '../../', FOLDER))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => `${FOLDER}/${file}`);

/** Product of the counts of a topology beyond which a scenario is parsed and not built. */
const MOST = 20_000;
const COUNTS = [
  'leaves',
  'spines',
  'hostsPerLeaf',
  'k',
  'pods',
  'leavesPerPod',
  'spinesPerPod',
].concat('superspines', 'rails', 'groups', 'hostsPerGroup', 'hostsPerRail');

/** Whether building it takes milliseconds: large fabrics are allowed, and take their time. */
function isSmall(topology: object): boolean {
  const [kind] = Object.values(topology).filter((value) => typeof value === 'object');
  const counts = Object.entries((kind ?? {}) as object).filter(([name]) => COUNTS.includes(name));
  return counts.reduce((product, [, count]) => product * Number(count), 1) <= MOST;
}

/** Files that good scenarios name; what hostile ones name is not opened here. */
const named = new Map(
  files.flatMap((file) =>
    [...example(file).matchAll(/file: *['"]?([\w./-]+)/g)].map(([, path = '']) => [
      path,
      join(FOLDER, path),
    ]),
  ),
);

function readText(path: string): Result<string> {
  const file = named.get(path);
  if (file === undefined) return refuse('scenario-invalid', path || '(root)', 'cannot be read');
  return ok(example(file));
}

/** Scenario files, built as far as they can be read. */
export const scenarioDoor = fileDoor({
  name: 'scenario',
  about: 'scenario files, parsed and built',
  files,
  load: (text) => {
    const parsed = parseScenario(text);
    if (!parsed.ok || !isSmall(parsed.value.spec.topology))
      return judged(parsed, ['scenario-invalid']);
    return judged(buildScenario(parsed.value, { readText }), [
      'scenario-invalid',
      'topology-invalid',
      'policy-invalid',
    ]);
  },
});
