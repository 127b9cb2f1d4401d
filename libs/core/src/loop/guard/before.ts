import type { Refusal } from '../../base';
import type { Change, DeviceId } from '../../model';
import type { Pass } from '../pass';
import { fewDevices, littleCapacity, openOthers, spareCapacity } from './blast-radius';
import { inputsHold, planHolds, restUnmoved } from './inputs';
import { keepsPaths } from './last-path';
import { atRest } from './oscillation';
import { mayBegin, mayGoOn, type Objection } from './permission';

/**
 * The last word before anything is written: asked with `stage` null before a change starts, and
 * with the index of the stage before that stage is committed. Refuses with a code and the reason;
 * null lets it pass. Not to be asked before a rollback: going back must always be possible.
 */
export function guardBefore(pass: Pass, change: Change, stage: number | null): Refusal | null {
  const others = openOthers(pass, change);
  const during = new Set<DeviceId>(stage === null ? [] : (change.plan.stages[stage] ?? []));
  const objection: Objection =
    mayGoOn(pass, change) ??
    (stage === null ? mayBegin(pass, change) : null) ??
    inputsHold(pass, change) ??
    (stage === null ? planHolds(pass, change) : restUnmoved(pass, change, during)) ??
    (stage === null ? atRest(pass, change) : null) ??
    fewDevices(pass, change) ??
    littleCapacity(pass, change, others) ??
    keepsPaths(pass, change, others, during) ??
    spareCapacity(pass, change, others);
  return objection === null ? null : refusalOf(change, objection);
}

/** What the guards would say of a plan now, whoever may start it and when; shown with the plan. */
export function guardPlan(pass: Pass, change: Change): Objection {
  const others = openOthers(pass, change);
  return (
    inputsHold(pass, change) ??
    atRest(pass, change) ??
    fewDevices(pass, change) ??
    littleCapacity(pass, change, others) ??
    keepsPaths(pass, change, others, new Set()) ??
    spareCapacity(pass, change, others)
  );
}

const refusalOf = (change: Change, [code, reason]: NonNullable<Objection>): Refusal => ({
  kind: 'refused',
  code,
  reason,
  where: change.id,
});
