import {
  drawHealthy,
  drawIncidentOf,
  isHealthy,
  runScenario,
  type LoopMode,
  type RunResult,
  type Scenario,
  type TruthCause,
} from '@weir/closed-loop';
import { seededRandom, type Random } from '@weir/core/base';
import { passing } from './passing';
import { judgedChanges, type VerdictRun, type VerdictTask } from './run';

/** From the onset on: long enough for three changes to be judged, one after the other. */
const WATCHED_MS = 75_000;
/** When it passes by itself after the onset: about when a first change has just been made. */
const PASSES_MS = { least: 6_000, most: 30_000 };
/** Draws in a row that were not healthy. */
const MOST_DRAWS = 40;

/** Causes outside the network: no change of the network does any good there. */
const OUTSIDE: ReadonlySet<string> = new Set<TruthCause>([
  'straggler',
  'host-limited',
  'slow-servers',
]);

/** Draws the incident of the task, and lives it through with the loop acting by itself. */
export async function runVerdictTask(task: VerdictTask): Promise<VerdictRun> {
  const { cause, course, number, seed } = task;
  const random = seededRandom(seed).fork(`verdicts/${cause}/${course}/${number}`);
  if (cause === 'healthy') return healthy(task, random);
  const { scenario, onsetMs } = drawIncidentOf(random, cause);
  const endMs = onsetMs + PASSES_MS.least + random.below(PASSES_MS.most - PASSES_MS.least);
  const timeline = course === 'stays' ? scenario.timeline : passing(scenario.timeline, endMs);
  if (timeline === null) throw new Error(`${cause} does not end by itself`);
  const { document } = scenario;
  const spec = { ...document.spec, durationMs: onsetMs + WATCHED_MS };
  const run = await played({ ...scenario, timeline, document: { ...document, spec } }, 'on');
  return outcomeOf(task, !OUTSIDE.has(cause), run);
}

/** A time in which every objective is truly met without the loop. */
async function healthy(task: VerdictTask, random: Random): Promise<VerdictRun> {
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const scenario = drawHealthy(random.fork(`${draw}`));
    const run = await played(scenario, 'on');
    const acted = run.changes.some(({ applied }) => applied);
    if (acted && !isHealthy(scenario, await played(scenario, 'off'))) continue;
    return outcomeOf(task, false, run);
  }
  throw new Error(`${MOST_DRAWS} draws of a healthy time in a row were none`);
}

const outcomeOf = (task: VerdictTask, treatable: boolean, run: RunResult): VerdictRun => ({
  task,
  treatable,
  incidents: run.incidents.length,
  changes: judgedChanges(run),
});

async function played(scenario: Scenario, loop: LoopMode): Promise<RunResult> {
  const run = await runScenario(scenario, { loop });
  if (!run.ok) throw new Error(`${run.error.where}: ${run.error.reason}`);
  return run.value.result;
}
