import { isTerminal, isTouching } from '@weir/core/change';
import type { ChangeId, RecordBody } from '@weir/core/model';
import type { FinalView, TimelineEvent } from '../timeline';
import { Ledger, type TrackedChange } from './ledger';
import type { OracleFactory } from './oracle';

type Acknowledged = Extract<TimelineEvent, { kind: 'acknowledged' }>;

/**
 * I2: whatever was accepted ends in exactly one way. A command is acknowledged only after its record
 * is durable; an acknowledged intent is in force at the end unless a later record took it back; each
 * change comes to one end, once, and at the end none is open. A plan that waits for a person may
 * wait until it expires. What the loop decided by itself is kept only if it was measured to help.
 */
export const oneEnd: OracleFactory = ({ operationTimeoutMs }) => {
  const ledger = new Ledger();
  const intents = new Map<string, boolean>();
  const ended = new Set<ChangeId>();
  return {
    invariant: 'I2',
    see(event, report) {
      if (event.kind === 'acknowledged') {
        const what = unfounded(event, intents, ledger);
        if (what !== null) report(what);
      }
      if (event.kind !== 'record') return;
      const body = ledger.take(event.record, event.atMs);
      if (body?.kind === 'intent-put') intents.set(body.id, true);
      if (body?.kind === 'intent-deleted') intents.set(body.id, false);
      if (body?.kind === 'change-transition')
        for (const what of endFaults(body, ended, ledger.changes.get(body.id))) report(what);
    },
    end(final, report) {
      for (const tracked of ledger.changes.values()) {
        const waits = !isTouching(tracked.state) && tracked.expiresMs + operationTimeoutMs;
        if (isTerminal(tracked.state) || (waits !== false && waits >= final.atMs)) continue;
        report(`${tracked.change.id} is still ${tracked.state} when all faults are long over`);
      }
      for (const what of lostIntents(final, intents)) report(what);
    },
  };
};

const CHANGE_VERBS: ReadonlySet<string> = new Set(['propose', 'approve', 'reject', 'undo']);

function unfounded(
  { verb, id }: Acknowledged,
  intents: ReadonlyMap<string, boolean>,
  ledger: Ledger,
): string | null {
  if (verb === 'put-intent' && !intents.has(id))
    return `${verb} ${id} was acknowledged, but no record of it is durable`;
  if (verb === 'delete-intent' && intents.get(id) === undefined)
    return `${verb} ${id} was acknowledged, but no record of it is durable`;
  if (CHANGE_VERBS.has(verb) && !ledger.changes.has(id as ChangeId))
    return `${verb} of ${id} was acknowledged, but no record of that change is durable`;
  return null;
}

function endFaults(
  body: Extract<RecordBody, { kind: 'change-transition' }>,
  ended: Set<ChangeId>,
  tracked: TrackedChange | undefined,
): readonly string[] {
  const faults: string[] = [];
  if (isTerminal(body.to)) {
    if (ended.has(body.id)) faults.push(`${body.id} ends once more, as ${body.to}`);
    ended.add(body.id);
  } else if (ended.has(body.id)) faults.push(`${body.id} is ${body.to} again after it had ended`);
  const verdict = tracked?.verdict?.verdict ?? 'no verdict';
  if (body.to !== 'confirming') return faults;
  if (tracked?.change.origin === 'rule' && verdict !== 'improved')
    faults.push(`${body.id} is kept by the loop on "${verdict}"`);
  if (verdict === 'harmed') faults.push(`${body.id} is kept although it harmed`);
  return faults;
}

function* lostIntents(final: FinalView, intents: ReadonlyMap<string, boolean>): Iterable<string> {
  const there = new Set<string>();
  for (const { body } of final.records) {
    if (body.kind === 'intent-put') there.add(body.id);
    if (body.kind === 'intent-deleted') there.delete(body.id);
  }
  for (const [id, standing] of intents)
    if (standing !== there.has(id))
      yield standing ? `intent ${id} was accepted and is gone` : `intent ${id} came back`;
}
