import {
  drawHealthy,
  drawIncidentOf,
  hurtOf,
  isHealthy,
  runScenario,
  type DrawnIncident,
  type RunResult,
  type Scenario,
} from '@weir/closed-loop';
import { seededRandom, type Random } from '@weir/core/base';
import type { CauseOutcome, CauseTask, HealthyOutcome, IncidentOutcome } from './task';

/** Draws in a row that did not hurt; more would mean that the cause is drawn too harmlessly. */
const MOST_DRAWS = 40;
const HOUR_MS = 3_600_000;

/** Draws until the simulated world says that it hurts, or that nothing is wrong, and judges that. */
export async function runCauseTask({ truth, number, seed }: CauseTask): Promise<CauseOutcome> {
  const random = seededRandom(seed).fork(`causes/${truth}/${number}`);
  for (let redrawn = 0; redrawn < MOST_DRAWS; redrawn++) {
    const stream = random.fork(`${redrawn}`);
    const outcome =
      truth === 'healthy'
        ? await healthy(stream, number, redrawn)
        : await incident(drawIncidentOf(stream, truth), number, redrawn);
    if (outcome !== null) return outcome;
  }
  throw new Error(`${MOST_DRAWS} draws of ${truth} in a row are not what they should be`);
}

async function healthy(
  random: Random,
  number: number,
  redrawn: number,
): Promise<HealthyOutcome | null> {
  const scenario = drawHealthy(random);
  const run = await observed(scenario);
  if (!isHealthy(scenario, run)) return null;
  const alarms = run.incidents.map(({ named }) => firstNamed(named) ?? 'unknown');
  return { truth: 'healthy', number, redrawn, hours: run.durationMs / HOUR_MS, alarms };
}

async function incident(
  drawn: DrawnIncident,
  number: number,
  redrawn: number,
): Promise<IncidentOutcome | null> {
  const run = await observed(drawn.scenario);
  const { hurts, severity } = hurtOf(drawn, run);
  if (!hurts) return null;
  const { truth, onsetMs, objective } = drawn;
  const found = run.incidents.find(
    (one) => one.objective === objective && (one.closedMs ?? Infinity) > onsetMs,
  );
  return {
    truth,
    number,
    story: drawn.scenario.document.spec.description,
    redrawn,
    severity,
    detectedMs: found === undefined ? null : Math.max(0, found.detectedMs - onsetMs),
    named: namedAfter(onsetMs, found?.named ?? []),
  };
}

type Named = RunResult['incidents'][number]['named'];

/** Of an incident that was open before already, the name that stood at the onset counts from it. */
function namedAfter(onsetMs: number, named: Named): IncidentOutcome['named'] {
  const known = named.filter(({ cause }) => cause !== 'unknown');
  const standing = known.filter(({ atMs }) => atMs < onsetMs).slice(-1);
  return [...standing, ...known.filter(({ atMs }) => atMs >= onsetMs)].map(
    ({ atMs, cause, probability }) => ({
      afterMs: Math.max(0, atMs - onsetMs),
      cause,
      ...(probability === undefined ? {} : { probability }),
    }),
  );
}

const firstNamed = (named: readonly { readonly cause: string }[]): string | undefined =>
  named.find(({ cause }) => cause !== 'unknown')?.cause;

async function observed(scenario: Scenario): Promise<RunResult> {
  const run = await runScenario(scenario, { loop: 'observe' });
  if (!run.ok) throw new Error(`${run.error.where}: ${run.error.reason}`);
  return run.value.result;
}
