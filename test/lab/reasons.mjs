/**
 * Prints, as a JSON list of sentences, why scenarios cannot run on the running kernel of this
 * machine; an empty list when they can. Usage: reasons.mjs SCENARIO...
 */
import { KernelProbe, placeFor } from './capabilities.mjs';
import { allScenarios } from './scenarios.mjs';

function reasons(names, scenarios) {
  if (process.platform !== 'linux') return ['this is not Linux'];
  if (process.getuid() !== 0) return ['network namespaces need root'];
  const probe = new KernelProbe();
  const chosen = scenarios.filter((scenario) => names.includes(scenario.name));
  return chosen.flatMap((scenario) => placeFor(scenario, 'running', probe).reasons ?? []);
}

process.env.PATH += ':/usr/sbin:/sbin';
const found = reasons(process.argv.slice(2), await allScenarios());
process.stdout.write(JSON.stringify([...new Set(found)]));
