import { refuse, type Refusal } from '../../base';
import { CAUSES, type Command, type CommandResult, type Experience } from '../../model';
import { isMeant, LIMITS } from '../../state';
import type { Pass } from '../pass';

type Of<Verb extends Command['verb']> = Extract<Command, { verb: Verb }>;

const done: CommandResult = { ok: true, value: { kind: 'done' } };

export function resetLearning(
  pass: Pass,
  { cause, action, by }: Of<'reset-learning'>,
): CommandResult {
  const meant = [...pass.durable.learning.values()].filter((entry) =>
    isMeant(entry, { cause, action }),
  );
  if (meant.length === 0) {
    const what = [action ?? 'any action', cause ?? 'any cause'].join(' against ');
    return refuse(
      'not-found',
      cause === null ? 'action' : 'cause',
      `nothing is learned of ${what}`,
    );
  }
  pass.record({ kind: 'learning-reset', cause, action, by });
  return done;
}

/** Experience of another controller; what it knows of the same goes before our own. */
export function importLearning(pass: Pass, { entries, by }: Of<'import-learning'>): CommandResult {
  if (entries.length > LIMITS.learned)
    return refuse('limit-exceeded', 'entries', `at most ${LIMITS.learned} entries are kept`);
  for (const [index, entry] of entries.entries()) {
    const wrong = faultOf(pass, entry, `entries[${index}]`);
    if (wrong !== null) return { ok: false, error: wrong };
  }
  if (entries.length > 0) pass.record({ kind: 'learning-imported', entries, by });
  return done;
}

const ACTIONS = ['reroute', 'placement', 'avoid', 'buffer', 'ecn', 'scheduler', 'undo'];

/** `training/leaf`; a bar would make two names one. */
const CONTEXT = /^[a-z-]{1,40}\/[a-z-]{1,40}$/;

function faultOf(pass: Pass, entry: Experience, where: string): Refusal | null {
  const { cause, action, context, helped, failed, atMs, verdicts } = entry;
  const bad = (field: string, reason: string): Refusal =>
    refuse('request-invalid', `${where}.${field}`, reason).error;
  if (!(CAUSES as readonly string[]).includes(cause))
    return bad('cause', `expected one of ${CAUSES.join(', ')}`);
  if (!ACTIONS.includes(action)) return bad('action', `expected one of ${ACTIONS.join(', ')}`);
  if (!CONTEXT.test(context)) return bad('context', 'expected a class and a layer: training/leaf');
  for (const [field, count] of Object.entries({ helped, failed }))
    if (!Number.isFinite(count) || count < 0 || count > MOST_VERDICTS)
      return bad(field, `expected a number from 0 to ${MOST_VERDICTS}`);
  if (!Number.isSafeInteger(verdicts) || verdicts < 0)
    return bad('verdicts', 'expected a whole number that is not negative');
  // Counts of the future would not fade until then.
  if (!Number.isFinite(atMs) || atMs < 0 || atMs > pass.now.wallMs + CLOCKS_APART_MS)
    return bad('atMs', 'expected a time that is not in the future, ms since the epoch');
  return null;
}

const MOST_VERDICTS = 1e6;
/** Two controllers' clocks may differ by so much. */
const CLOCKS_APART_MS = 60_000;
