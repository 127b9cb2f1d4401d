import { assert } from '../base';
import { CHANGE_STATES, type ChangeState } from '../model';

/** What can happen to a change, each a word that also stands in the journal's reason. */
export const TRIGGERS = [
  'accept',
  'refuse',
  'await-approval',
  'schedule',
  'approve',
  'reject',
  'expire',
  'supersede',
  'start',
  'abort-untouched',
  'committed',
  'abort',
  'observe',
  'keep',
  'undo',
  'finish',
  'lose',
  'restore',
  'give-up',
] as const;
export type Trigger = (typeof TRIGGERS)[number];

/**
 * The change state machine. A pair that is not in the table cannot happen: `nextState` asserts.
 *
 * `confirming` lies between the decision to keep and the proof that every device holds the change
 * for good (docs/adr/0003): a crash between two confirms must not leave half a change.
 */
export const TRANSITIONS: {
  readonly [From in ChangeState]: Readonly<Partial<Record<Trigger, ChangeState>>>;
} = {
  proposed: { accept: 'validated', refuse: 'rejected' },
  validated: {
    schedule: 'scheduled',
    'await-approval': 'awaiting-approval',
    approve: 'scheduled',
    reject: 'rejected',
    expire: 'expired',
    supersede: 'superseded',
  },
  'awaiting-approval': {
    approve: 'scheduled',
    reject: 'rejected',
    expire: 'expired',
    supersede: 'superseded',
  },
  scheduled: { start: 'applying', refuse: 'rejected', expire: 'expired', supersede: 'superseded' },
  applying: { committed: 'applied', abort: 'rolling-back', 'abort-untouched': 'rejected' },
  applied: { observe: 'verifying', abort: 'rolling-back' },
  verifying: { keep: 'confirming', undo: 'rolling-back', abort: 'rolling-back' },
  confirming: { finish: 'confirmed', lose: 'rolling-back' },
  'rolling-back': { restore: 'rolled-back', 'give-up': 'stuck' },
  confirmed: {},
  'rolled-back': {},
  rejected: {},
  expired: {},
  superseded: {},
  stuck: {},
};

export function nextState(from: ChangeState, trigger: Trigger): ChangeState {
  const to = TRANSITIONS[from][trigger];
  assert(to !== undefined, `change: no transition from ${from} by ${trigger}`);
  return to;
}

export const isTerminal = (state: ChangeState): boolean =>
  Object.keys(TRANSITIONS[state]).length === 0;

/** From here on devices may have been written; the devices of the change are locked. */
export const TOUCHING_STATES: readonly ChangeState[] = CHANGE_STATES.filter((state) =>
  ['scheduled', 'applying', 'applied', 'verifying', 'confirming', 'rolling-back'].includes(state),
);

export const isTouching = (state: ChangeState): boolean => TOUCHING_STATES.includes(state);
