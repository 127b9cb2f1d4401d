import type { RecordBody } from '../model';
import { emptyDurableState } from '../state';
import { observe } from './1-observe';
import { detect } from './2-detect';
import { diagnose } from './3-diagnose';
import { decide } from './4-decide';
import { validate } from './5-validate';
import { apply } from './6-apply';
import { verify } from './7-verify';
import { settle } from './8-settle';
import type { LoopEnv, Now } from './env';
import type { LoopEffect, LoopEvent } from './events';
import { emptyObservedState } from './observed';
import { Pass, type LoopState } from './pass';

export const initialLoopState: LoopState = {
  durable: emptyDurableState,
  observed: emptyObservedState,
};

export interface StepResult {
  readonly state: LoopState;
  /** To be made durable, in order, before any of the effects leaves. */
  readonly records: readonly RecordBody[];
  readonly effects: readonly LoopEffect[];
}

/**
 * The loop: a pure, deterministic function of state, event and time. The same function runs in
 * production, in dry-run, in replay and in simulation.
 */
export function step(env: LoopEnv, state: LoopState, event: LoopEvent, now: Now): StepResult {
  const pass = new Pass(env, state, now);

  // 1 What is seen: telemetry, images, reports, commands; missing is unknown, never zero.
  const requests = observe(pass, event);
  // 2 What hurts: objectives through hysteresis become symptoms and incidents.
  detect(pass);
  // 3 Why: causes ranked with their evidence; "not the network" is an answer.
  diagnose(pass);
  // 4 What to do: candidates with predicted effect, doing nothing always among them.
  const drafts = decide(pass, requests);
  // 5 Is it safe: every check on a model, and the inverse; a dry run ends here.
  validate(pass, drafts);
  // 6 Do it: a transaction over the devices, snapshot, prepare, commit, read back.
  apply(pass);
  // 7 Did it help: measured against the time before and against untouched traffic.
  verify(pass);
  // 8 Keep it or undo it, and remember how it went.
  settle(pass);

  return {
    state: { durable: pass.durable, observed: pass.observed },
    records: pass.records,
    effects: pass.effects,
  };
}
