import type { ReliefResult } from '../../ports';
import { NO_QUESTIONS, type ExactQuestion, type ExactQuestions } from '../observed';
import type { Pass } from '../pass';
import type { Movable } from './placement-items';

/** An answer is of use while the traffic is much as it was asked for, ms. */
const FRESH_MS = 20_000;
/** Objectives of which the questions are kept. */
const MAX_QUESTIONS = 4;

const questionsOf = (pass: Pass): ExactQuestions => pass.observed.exact ?? NO_QUESTIONS;

function freshOf(pass: Pass, objectiveId: string): ExactQuestion | null {
  const question = questionsOf(pass).byObjective.get(objectiveId);
  return question === undefined || pass.now.monoMs - question.askedMs > FRESH_MS ? null : question;
}

/** Whether an answer may still come in time; the search for the objective waits for it that long. */
export function isAwaited(pass: Pass, objectiveId: string): boolean {
  const question = freshOf(pass, objectiveId);
  const limitMs = pass.env.exactLimitMs ?? 0;
  return question !== null && !question.ended && pass.now.monoMs - question.askedMs < limitMs;
}

/** Shares that the solver gave for the same prefixes and next hops; null where it gave none. */
export function proposedFor(
  pass: Pass,
  objectiveId: string,
  movables: readonly Movable[],
): readonly (readonly number[] | null)[] | null {
  const question = freshOf(pass, objectiveId);
  if (question === null || question.answer === null) return null;
  const { commodities, answer } = question;
  const shares = new Map(commodities.map(({ key }, k) => [key, k]));
  return movables.map(({ device, prefix, hops }) => {
    const k = shares.get(`${device}|${prefix}`) ?? -1;
    const interfaces = commodities[k]?.interfaces;
    const own = answer[k];
    if (interfaces === undefined || own === undefined) return null;
    return hops.map((hop) => own[interfaces.indexOf(hop.interface)] ?? 0);
  });
}

/**
 * Asks the exact solver for what the own methods left open; not again while an answer is fresh.
 * Returns whether it was asked.
 */
export function askExact(
  pass: Pass,
  objectiveId: string,
  open: NonNullable<ReliefResult['open']>,
  movables: readonly Movable[],
): boolean {
  const limitMs = pass.env.exactLimitMs ?? 0;
  if (limitMs <= 0 || freshOf(pass, objectiveId) !== null) return false;
  const known = questionsOf(pass);
  const id = `${objectiveId}#${known.asked + 1}`;
  const { program, items, choices } = open;
  const commodities = items.map((i, k) => {
    const { device, prefix, hops } = movables[i] as Movable;
    const paths = choices.slice(program.pathStart[k], program.pathStart[k + 1]);
    return {
      key: `${device}|${prefix}`,
      interfaces: paths.map((choice) => hops[choice]?.interface ?? ''),
    };
  });
  const byObjective = new Map(
    [...known.byObjective].filter(([key]) => key !== objectiveId).slice(1 - MAX_QUESTIONS),
  );
  byObjective.set(objectiveId, {
    id,
    askedMs: pass.now.monoMs,
    commodities,
    utilization: open.utilization,
    answer: null,
    ended: false,
  });
  const openRatio = open.utilization / open.lowerBound - 1;
  pass.observe({
    exact: {
      ...known,
      byObjective,
      asked: known.asked + 1,
      openRatio: Number.isFinite(openRatio) ? openRatio : known.openRatio,
    },
  });
  pass.effects.push({ kind: 'solve', id, program, limitMs });
  return true;
}
