import { assert } from '../base';
import { TRANSITIONS } from '../change';
import type {
  Change,
  ChangeState,
  DeviceProgress,
  DeviceState,
  RecordBody,
  SwitchbackRecord,
} from '../model';

/** Records of one change. */
export type ChangeBody = Extract<
  RecordBody,
  {
    kind:
      | 'change-proposed'
      | 'change-transition'
      | 'device-prepared'
      | 'device-operation'
      | 'device-outcome'
      | 'stage-proved'
      | 'change-adopted'
      | 'lease-renewed'
      | 'verdict'
      | 'switchback-judged'
      | 'approval';
  }
>;

/** The change after a record of it; its device states are what is known of the devices. */
export function foldChange(
  change: Change,
  body: Exclude<ChangeBody, { kind: 'change-proposed' }>,
): Change {
  switch (body.kind) {
    case 'change-transition': {
      assert(
        change.state === body.from,
        `journal: ${change.id} is ${change.state}, not ${body.from}`,
      );
      assert(
        Object.values(TRANSITIONS[body.from]).includes(body.to),
        `journal: no transition from ${body.from} to ${body.to}`,
      );
      return {
        ...(TURNS.has(body.to) ? withoutSnapshots(change) : change),
        state: body.to,
        reason: body.reason,
        times: { ...change.times, ...body.times },
      };
    }
    case 'device-prepared':
      return {
        ...withDevice(change, body.device, {
          progress: 'prepared',
          preImage: body.preImage,
          commitConfirmed: body.commitConfirmed,
          commitId: body.commitId,
        }),
        deadlineMs: change.deadlineMs ?? body.deadlineMs,
      };
    case 'device-operation':
      return withDevice(change, body.device, {
        progress: PROGRESS_OF_VERB[body.verb] ?? 'untouched',
        lastVerb: body.verb,
        attempts: body.attempt,
        ...(body.attempt === 1 ? { refusals: 0 } : {}),
      });
    case 'device-outcome':
      return withDevice(change, body.device, {
        progress: progressAfter(body.verb, body.outcome),
        lastError: body.outcome === 'done' ? '' : body.message,
        refusals: (change.devices[body.device]?.refusals ?? 0) + (isAnswer(body) ? 1 : 0),
      });
    case 'stage-proved':
      return { ...change, provedStages: body.stage + 1 };
    case 'change-adopted':
      return { ...change, leaseUntilMs: null, adopted: body.reason };
    case 'lease-renewed':
      return { ...change, leaseUntilMs: body.untilMs };
    case 'verdict':
      return {
        ...change,
        verdict: body.verdict,
        ...(body.trial === undefined ? {} : { trial: body.trial }),
      };
    case 'switchback-judged':
      return judgedOnTrial(change, body);
    case 'approval':
      return { ...change, approvedBy: body.decision === 'approved' ? body.by : null };
  }
}

/** What was measured is of use only to a change that is made again. */
function judgedOnTrial(change: Change, { outcome, reason }: SwitchbackRecord): Change {
  const { trial, ...left } = change;
  const judged = { ...left, switchback: { outcome, reason } };
  return outcome === 'proved' && trial !== undefined ? { ...judged, trial } : judged;
}

const TURNS: ReadonlySet<ChangeState> = new Set(['rejected', 'rolling-back']);

/** A snapshot that nobody waits for any more left its device as it was. */
function withoutSnapshots(change: Change): Change {
  let next = change;
  for (const [device, state] of Object.entries(change.devices))
    if (state.progress === 'snapshotting')
      next = withDevice(next, device, { progress: 'untouched' });
  return next;
}

const PROGRESS_OF_VERB: Readonly<Record<string, DeviceProgress>> = {
  snapshot: 'snapshotting',
  commit: 'committing',
  confirm: 'confirming',
  revert: 'reverting',
};

type Outcome = Extract<RecordBody, { kind: 'device-outcome' }>;

/** Whether the device said no, or holds something else; silence says nothing about it. */
const isAnswer = ({ outcome, code }: Outcome): boolean =>
  outcome === 'mismatch' ||
  (outcome === 'refused' && code !== 'device-unreachable' && code !== 'device-busy');

function progressAfter(verb: Outcome['verb'], outcome: Outcome['outcome']): DeviceProgress {
  if (verb === 'snapshot' || verb === 'image') return outcome === 'done' ? 'untouched' : 'failed';
  if (outcome === 'done')
    return verb === 'commit' ? 'committed' : verb === 'confirm' ? 'confirmed' : 'reverted';
  // A refused commit left the device as it was; everything else has to be read back or undone.
  return verb === 'commit' && outcome === 'refused' ? 'failed' : 'unknown';
}

function withDevice(change: Change, device: string, part: Partial<DeviceState>): Change {
  const current = change.devices[device];
  assert(current !== undefined, `journal: ${device} is not part of ${change.id}`);
  return { ...change, devices: { ...change.devices, [device]: { ...current, ...part } } };
}
