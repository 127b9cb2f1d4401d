import type { Network } from '../network/network';
import type { Collective, InferenceSpec, JobSpec, TrainingSpec } from './job';

/** What is wrong with a specification; `field` begins with a dot. */
export interface Problem {
  readonly field: string;
  readonly reason: string;
}

type Rule = readonly [field: string, value: number, least: number, kind?: 'whole' | 'above'];

/** The first thing wrong with a workload; null when it can run on this fabric. */
export function checkSpec(spec: JobSpec, network: Network): Problem | null {
  const numbers = commonRules(spec);
  switch (spec.kind) {
    case 'training':
      return (
        checkEndpoints('workers', spec.workers, network) ??
        checkNumbers([...numbers, ...trainingRules(spec)]) ??
        checkSteps(spec, network) ??
        checkStragglers(spec)
      );
    case 'inference':
      return (
        checkEndpoints('clients', spec.clients, network) ??
        checkEndpoints('servers', spec.servers, network) ??
        checkApart('servers', spec.clients, spec.servers) ??
        checkNumbers([...numbers, ...inferenceRules(spec)]) ??
        checkProfile(spec)
      );
    case 'bulk':
      numbers.push(['.streams', spec.streams, 1, 'whole']);
      if (spec.rateLimitBps !== null)
        numbers.push(['.rateLimitBps', spec.rateLimitBps, 0, 'above']);
      if (spec.totalBytes !== null) numbers.push(['.totalBytes', spec.totalBytes, 0, 'above']);
      break;
    case 'transfers':
      numbers.push(['.transfersPerSecond', spec.transfersPerSecond, 0, 'above']);
      numbers.push(['.meanBytes', spec.meanBytes, 0, 'above']);
      if (spec.shape !== null) numbers.push(['.shape', spec.shape, 1, 'above']);
      break;
    case 'scan':
    case 'flood':
      numbers.push(['.bps', spec.bps, 0]);
      break;
  }
  return (
    checkEndpoints('sources', spec.sources, network) ??
    checkEndpoints('destinations', spec.destinations, network) ??
    checkApart('destinations', spec.sources, spec.destinations) ??
    checkNumbers(numbers)
  );
}

function commonRules(spec: JobSpec): Rule[] {
  const rules: Rule[] = [['.minRtoMs', spec.minRtoMs, 0, 'above']];
  if (spec.hostLimitBps !== null) rules.push(['.hostLimitBps', spec.hostLimitBps, 0, 'above']);
  return rules;
}

function trainingRules(spec: TrainingSpec): Rule[] {
  const rules: Rule[] = [
    ['.connections', spec.connections, 1, 'whole'],
    ['.computeJitter', spec.computeJitter, 0],
  ];
  if (spec.iterations !== null) rules.push(['.iterations', spec.iterations, 1, 'whole']);
  if (spec.stragglers !== null) {
    rules.push(['.stragglers.slowdown', spec.stragglers.slowdown, 1]);
  }
  spec.steps.forEach(({ computeMs, collective }, i) => {
    rules.push([`.steps[${i}].computeMs`, computeMs, 0]);
    if (collective === null) return;
    const field = `.steps[${i}].collective`;
    rules.push([`${field}.bytes`, collective.bytes, 0]);
    if ('groupSize' in collective) {
      rules.push([`${field}.groupSize`, collective.groupSize, 1, 'whole']);
    }
    if (collective.groups !== undefined) {
      rules.push([`${field}.groups.size`, collective.groups.size, 1, 'whole']);
      rules.push([`${field}.groups.stride`, collective.groups.stride, 1, 'whole']);
    }
  });
  return rules;
}

function inferenceRules(spec: InferenceSpec): Rule[] {
  const rules: Rule[] = [
    ['.requestsPerSecond', spec.requestsPerSecond, 0],
    ['.requestBytes', spec.requestBytes, 0],
    ['.responseBytes', spec.responseBytes, 0],
    ['.serviceMs.median', spec.serviceMs.median, 0],
    ['.serviceMs.sigma', spec.serviceMs.sigma, 0],
    ['.roundTrips', spec.roundTrips, 0],
    ['.connections', spec.connections, 1, 'whole'],
  ];
  if (spec.microBurst !== null) {
    rules.push(['.microBurst.onMs', spec.microBurst.onMs, 0, 'above']);
    rules.push(['.microBurst.periodMs', spec.microBurst.periodMs, spec.microBurst.onMs]);
  }
  spec.profile?.forEach(({ scale }, i) => rules.push([`.profile[${i}].scale`, scale, 0]));
  return rules;
}

function checkNumbers(rules: readonly Rule[]): Problem | null {
  for (const [field, value, least, kind] of rules) {
    if (kind === 'whole' && !Number.isInteger(value)) {
      return { field, reason: `a whole number of at least ${least} is needed` };
    }
    const enough = kind === 'above' ? value > least : value >= least;
    if (Number.isFinite(value) && enough) continue;
    const bound = kind === 'above' ? `above ${least}` : `of at least ${least}`;
    return { field, reason: `a finite number ${bound} is needed, not ${value}` };
  }
  return null;
}

function checkEndpoints(field: string, names: readonly string[], network: Network): Problem | null {
  if (names.length === 0) return { field: `.${field}`, reason: 'at least one endpoint is needed' };
  const unknown = names.findIndex((name) => !network.endpoints.has(name));
  if (unknown < 0) return null;
  return { field: `.${field}[${unknown}]`, reason: `no endpoint is called ${names[unknown]}` };
}

/** A lone destination that is also a source would leave that source nobody to talk to. */
function checkApart(
  field: string,
  sources: readonly string[],
  destinations: readonly string[],
): Problem | null {
  const [only, another] = destinations;
  if (only === undefined || another !== undefined || !sources.includes(only)) return null;
  return { field: `.${field}[0]`, reason: `${only} cannot be its own only peer` };
}

function checkSteps(spec: TrainingSpec, network: Network): Problem | null {
  if (spec.steps.length === 0) return { field: '.steps', reason: 'at least one step is needed' };
  for (const [i, { collective }] of spec.steps.entries()) {
    if (collective === null || !('servers' in collective)) continue;
    const field = `steps[${i}].collective.servers`;
    const problem = checkEndpoints(field, collective.servers, network);
    if (problem !== null) return problem;
  }
  const talks = ({ bytes, ...collective }: Collective): boolean =>
    bytes > 0 && (spec.workers.length > 1 || 'servers' in collective);
  const lasts = spec.steps.some(
    ({ computeMs, collective }) => computeMs > 0 || (collective !== null && talks(collective)),
  );
  return lasts ? null : { field: '.steps', reason: 'an iteration has to take some time' };
}

function checkStragglers({ stragglers, workers }: TrainingSpec): Problem | null {
  if (stragglers === null) return null;
  const known = new Set(workers);
  const stranger = stragglers.workers.findIndex((name) => !known.has(name));
  if (stranger < 0) return null;
  const reason = `${stragglers.workers[stranger]} is not one of the workers`;
  return { field: `.stragglers.workers[${stranger}]`, reason };
}

function checkProfile({ profile }: InferenceSpec): Problem | null {
  if (profile === null) return null;
  for (const [i, { atMs }] of profile.entries()) {
    const before = profile[i - 1]?.atMs ?? -Infinity;
    if (Number.isFinite(atMs) && atMs > before) continue;
    return { field: `.profile[${i}].atMs`, reason: 'times have to be finite and ascending' };
  }
  return null;
}
