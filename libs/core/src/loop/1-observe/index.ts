import type { Change } from '../../model';
import type { DecisionRequest, LoopEvent } from '../events';
import type { Pass } from '../pass';
import { observeClock, observeClockOfPast } from './clock';
import { observeCommand } from './commands';
import { adoptDrift } from './drift';
import { refreshImages, observeImage, observeReadBack } from './images';
import { compileIntents } from './intents';
import { observeFrame } from './frame';
import { observeSolved } from './solved';
import { expectLateAfterTakeOver } from '../transaction';

/**
 * Stage 1. Folds what happened into the state: columns, images, operation reports, commands.
 * Returns what people asked to have decided.
 */
export function observe(pass: Pass, event: LoopEvent): readonly DecisionRequest[] {
  observeClock(pass);
  switch (event.kind) {
    case 'started':
      // Records of this process carry its own epoch from the first one on.
      pass.durable = { ...pass.durable, epoch: event.epoch };
      pass.observe({ startedMs: pass.now.monoMs });
      observeClockOfPast(pass);
      pass.record({
        kind: 'daemon-started',
        version: event.version,
        configHash: event.configHash,
        epoch: event.epoch,
      });
      recordTopology(pass);
      recordPolicy(pass);
      takeUpUnfinished(pass);
      break;
    case 'policy-replaced':
      recordPolicy(pass);
      break;
    case 'snapshot-written': {
      const { sequence, hash, digest } = event;
      pass.record({ kind: 'snapshot-taken', sequence, hash, digest });
      break;
    }
    case 'tick':
      compileIntents(pass);
      observeFrame(pass, event.frame);
      pass.looked = true;
      refreshImages(pass);
      break;
    case 'report':
      observeReport(pass, event);
      break;
    case 'solved':
      observeSolved(pass, event);
      break;
    case 'command': {
      const requests = observeCommand(pass, event.requestId, event.command);
      compileIntents(pass);
      return requests;
    }
  }
  return [];
}

function recordTopology(pass: Pass): void {
  const { name, revision } = pass.env.topology;
  pass.record({ kind: 'topology-loaded', name, revision });
}

function recordPolicy(pass: Pass): void {
  const { name, hash } = pass.env.policy;
  pass.record({ kind: 'policy-loaded', name, hash });
}

/** Reports may come twice; only one that is waited for counts. */
function observeReport(pass: Pass, event: Extract<LoopEvent, { kind: 'report' }>): void {
  const { operation } = event.report;
  if (!pass.observed.inFlight.has(operation.id)) return;
  const inFlight = new Map(pass.observed.inFlight);
  inFlight.delete(operation.id);
  pass.observe({ inFlight });
  if (operation.verb === 'image') {
    observeImage(pass, event.report);
    if (event.report.outcome === 'done') adoptDrift(pass, operation.device);
  } else {
    observeReadBack(pass, event.report);
    pass.report = event.report;
  }
}

/**
 * A process that died in the middle cannot know what its last Set came to, nor whether one is still
 * under way. What was not decided to be kept is undone; what was decided to be kept is proved or
 * undone by stage 8.
 */
function takeUpUnfinished(pass: Pass): void {
  const reason = 'the controller restarted in the middle of the change';
  const times = { reverting: pass.now.wallMs };
  for (const change of pass.durable.changes.values()) {
    expectLateAfterTakeOver(pass, change);
    if (change.state === 'applying' && isUnwritten(change))
      pass.transition(change, 'abort-untouched', reason);
    else if (
      change.state === 'applying' ||
      change.state === 'applied' ||
      change.state === 'verifying'
    )
      pass.transition(change, 'abort', reason, times);
    else if (change.state === 'scheduled') pass.transition(change, 'expire', reason);
    else if (change.state === 'proposed') pass.transition(change, 'refuse', reason);
  }
}

/** Whether no Set was ever handed out. */
const isUnwritten = (change: Change): boolean =>
  Object.values(change.devices).every((state) =>
    ['untouched', 'snapshotting', 'prepared'].includes(state.progress),
  );
