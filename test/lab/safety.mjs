/** What the scenarios about things that go wrong have in common: a list of what held, and how. */
import { latencyObjective, objectiveState, startDaemon } from './daemon.mjs';
import { configurationOf } from './kernel-state.mjs';
import { until } from './processes.mjs';

export const OBJECTIVE = 'LatencyObjective/inference';
/** A full queue of 80 ms costs a new connection twice that; an idle path a few milliseconds. */
const THRESHOLD_MS = 100;
/** 2 KB a hundred times a second: 1.8 Mb/s on the way there. */
export const REQUESTS = { from: 'h2', to: 'h4', requestBytes: 2000 };
/** Not marked: where there are queues, it waits in that of the requests. */
export const BULK = { from: 'h1', to: 'h3', connections: 12 };

/** What must hold, in the order in which it was looked at. */
export class Checks {
  list = [];

  constructor(progress) {
    this.progress = progress;
  }

  /** Returns `held`, so that what makes no sense without it can be left out. */
  add(what, held, detail = undefined) {
    this.list.push({ what, held: held === true, ...(detail === undefined ? {} : { detail }) });
    this.progress(`${held === true ? 'holds' : 'DOES NOT HOLD'}: ${what}`);
    return held === true;
  }

  get ok() {
    return this.list.length > 0 && this.list.every((check) => check.held);
  }
}

/** Everything that one switch's kernel is configured with, as text; nothing in it counts or ages. */
export const kernelOf = configurationOf;

/** Waits until the kernel of a switch is (`same`) or is no longer this text. */
export function untilKernel(lab, device, text, { same, timeoutMs, everyMs = 100 }) {
  return until(
    `the kernel of ${device} to ${same ? 'be as before' : 'change'}`,
    async () => {
      const now = await kernelOf(lab, device);
      return (now === text) === same ? now : null;
    },
    { timeoutMs, everyMs },
  );
}

/**
 * The daemon in auto mode, told nothing but the objective, which is met. `prepare(daemon)` is what
 * the operator does through it before there is any traffic.
 */
export async function healthyDaemon(lab, options = {}, prepare = async () => undefined) {
  const daemon = await startDaemon(lab, lab.workDir, options);
  await prepare(daemon);
  const probe = await lab.probe({ ...REQUESTS, workload: 'inference', otlp: true });
  await daemon.api.post('/v1/intents', latencyObjective(THRESHOLD_MS, REQUESTS));
  await untilHealthy(daemon.api);
  lab.progress('the daemon runs in auto mode and the objective is met');
  return { ...daemon, probe };
}

export const untilHealthy = (api) => objectiveState(api, OBJECTIVE, 'healthy');

/** Proposes a change; one that a passing condition refuses (stale telemetry, say) is asked again. */
export function accepted(api, proposal, progress) {
  return until(
    'a change that validation accepts',
    async () => {
      const { change } = await api.post('/v1/changes', proposal);
      if (change.state !== 'rejected') return change;
      progress(`${change.id} ${change.state}: ${change.reason}`);
      throw new Error(change.reason);
    },
    { timeoutMs: 20_000, everyMs: 1000 },
  );
}

/** What a report shows of a change. */
export const told = ({ id, state, reason, verdict, plan, devices }) => ({
  id,
  state,
  reason,
  verdict: verdict?.verdict ?? null,
  evidence: verdict?.evidence ?? [],
  predicted: plan?.predicted ?? null,
  checks: plan?.checks ?? [],
  devices,
});
