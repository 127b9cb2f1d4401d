import type { Random } from '@weir/core/base';
import type { Scenario } from '../build/scenario';
import { backgroundOf } from './background';
import { bufferCut } from './causes/buffer-cut';
import { congestion } from './causes/congestion';
import { elephantFlow } from './causes/elephant-flow';
import { grayDamage, grayLoss, halfSpeed } from './causes/gray-link';
import { hostLimited } from './causes/host-limited';
import { incast } from './causes/incast';
import { interference } from './causes/interference';
import { linkFailure } from './causes/link-failure';
import { periodicBursts } from './causes/periodic-bursts';
import { pfcStorm } from './causes/pfc-storm';
import { polarisationOneTier, polarisationTwoTiers } from './causes/polarisation';
import { slowServers } from './causes/slow-servers';
import { standingQueue } from './causes/standing-queue';
import { starvedQueue } from './causes/starved-queue';
import { straggler } from './causes/straggler';
import type { Draft } from './draft';
import { drawHealthy } from './healthy';
import { Draw } from './draw';
import { scenarioOf } from './scenario-of';
import type { TruthCause } from './truths';

const CAUSES: Readonly<Record<TruthCause, (draw: Draw, onsetMs: number) => Draft>> = {
  congestion,
  'link-failure': linkFailure,
  incast,
  'elephant-flow': elephantFlow,
  'polarisation-two-tiers': polarisationTwoTiers,
  'polarisation-one-tier': polarisationOneTier,
  'buffer-cut': bufferCut,
  'gray-loss': grayLoss,
  'gray-damage': grayDamage,
  'half-speed': halfSpeed,
  straggler,
  interference,
  'host-limited': hostLimited,
  'starved-queue': starvedQueue,
  'standing-queue': standingQueue,
  'pfc-storm': pfcStorm,
  'periodic-bursts': periodicBursts,
  'slow-servers': slowServers,
};

const WARMUP_MS = 4_000;
/** Good times before the onset, and what goes wrong after it lasts so long. */
const GOOD_MS: readonly [number, number] = [14_000, 22_000];
const BAD_MS = 26_000;

/** What is drawn of an incident beside its scenario. */
export interface DrawnIncident {
  readonly truth: TruthCause;
  readonly scenario: Scenario;
  readonly onsetMs: number;
  /** Objective that suffers, as incidents name it. */
  readonly objective: string;
}

/** The scenario of an incident with a known cause, or of a run in which nothing goes wrong. */
export const drawIncident = (random: Random, truth: TruthCause | 'healthy'): Scenario =>
  truth === 'healthy' ? drawHealthy(random) : drawIncidentOf(random, truth).scenario;

/** An incident with a known cause; whether it hurts is for `hurtOf` to say, after a run. */
export function drawIncidentOf(random: Random, truth: TruthCause): DrawnIncident {
  const draw = new Draw(random);
  const onsetMs = Math.round(draw.between(...GOOD_MS));
  const seed = draw.random.below(2 ** 31);
  const alone = CAUSES[truth](draw, onsetMs);
  const draft = { ...alone, workloads: [...alone.workloads, ...backgroundOf(draw, alone)] };
  const times = { onsetMs, durationMs: onsetMs + BAD_MS, warmupMs: WARMUP_MS };
  const scenario = scenarioOf(truth, draft, times, seed);
  return { truth, scenario, onsetMs, objective: draft.sufferer.intent };
}
