import type { Decision, Facts, Incident, Mode, Rule } from '../../model';
import { SolverFailure } from '../guard';
import type { Pass } from '../pass';
import { decideShadow } from '../shadow/decide';
import { Answers, rateOf, wordsOf, type Considered } from './account';
import { candidatesFor } from './candidates';
import type { Candidate } from './draft';
import { experienceOf, isDoubted, turnOf, type Option, type Standpoint } from './experience';
import { standingOf, type Standing } from './standing';

export interface Picked {
  readonly rule: Rule;
  readonly candidate: Candidate;
  /** What its verdict will count for. */
  readonly action: string;
  readonly mode: Mode;
  readonly waits: string | null;
}

export interface Asked {
  readonly picked: Picked | null;
  readonly rules: Decision['rules'];
  readonly chosen: Decision['chosen'];
  /** Why nothing is done, and the rule that it is about; null when something is. */
  readonly note: { readonly rule: Rule | null; readonly text: string } | null;
  /** Whether all that applies was looked at in vain: another look right away finds the same. */
  readonly exhausted: boolean;
}

type Ended = Pick<Asked, 'picked' | 'chosen' | 'note' | 'exhausted'>;

/**
 * The first rule whose condition holds decides. One that was tried in vain on this incident, that
 * has nothing to offer that gains enough, or that did its part and rests, gives way to the next; one
 * that may not act, or whose change is not over, does not. Where verdicts speak against a rule, what
 * was learned may let another of the same mode go before it.
 */
export function askRules(pass: Pass, incident: Incident, facts: Facts, at: Standpoint): Asked {
  const inquiry = new Inquiry(pass, incident, at);
  const { rules } = pass.env.policy;
  const applicable = rules.filter((rule) => rule.enter(facts));
  const ended = inquiry.ask(applicable);
  for (const rule of rules)
    if (!inquiry.answers.has(rule))
      inquiry.answers.give(rule, applicable.includes(rule) ? 'not-asked' : 'condition-false');
  return { ...ended, rules: inquiry.answers.inOrder(rules) };
}

class Inquiry {
  readonly answers = new Answers();
  private nothing: Asked['note'] = null;

  constructor(
    private readonly pass: Pass,
    private readonly incident: Incident,
    private readonly at: Standpoint,
  ) {}

  ask(applicable: readonly Rule[]): Ended {
    let pending = applicable;
    while (pending.length > 0) {
      const { rule, why } = this.next(pending);
      const ended = this.askOne(rule, why);
      if (ended !== null) return ended;
      pending = pending.filter((item) => item !== rule);
    }
    const text = 'no rule of the policy applies';
    return this.end(this.nothing ?? { rule: null, text }, true);
  }

  /** The rule to be asked next, and what learning says to it; empty when the order says it. */
  private next(pending: readonly Rule[]): { readonly rule: Rule; readonly why: string } {
    const [head] = pending as readonly [Rule, ...Rule[]];
    const { learning } = this.pass.env.policy;
    if (!learning.enabled || !isDoubted(this.optionOf(head))) return { rule: head, why: '' };
    const peers = this.peersOf(pending);
    const options = peers.map((rule) => this.optionOf(rule));
    const turn = turnOf(options, learning.floor, this.at.random);
    const rule = peers[turn.index] ?? head;
    return { rule, why: this.whyOf(turn, options, rule.name) };
  }

  /**
   * The head and the rules that may go before it: all that can look for something now, up to the
   * first that holds the turn by itself. One of another mode does: learning leads around nobody who
   * is to be asked, and around no rule that is only to observe.
   */
  private peersOf([head, ...others]: readonly Rule[]): readonly Rule[] {
    if (head === undefined) return [];
    const first = this.standing(head);
    const peers = [head];
    if (first.kind !== 'runs') return peers;
    for (const rule of others) {
      const { kind, mode } = this.standing(rule);
      if (kind === 'tried-in-vain' || kind === 'did-part') continue;
      if (kind !== 'runs' || mode !== first.mode) break;
      peers.push(rule);
    }
    return peers;
  }

  /** What the rule answers; null when the turn goes on. */
  private askOne(rule: Rule, why: string): Ended | null {
    const { name } = rule;
    const { kind, mode, waits } = this.standing(rule);
    if (kind === 'off') {
      const text = `rule ${name} is off`;
      return this.stop(rule, 'off', text);
    }
    if (kind === 'tried-in-vain')
      return this.giveWay(rule, kind, `rule ${name} applies, but was tried without success`);
    const resting = `rule ${name} is in its cool-down`;
    if (kind === 'did-part') return this.giveWay(rule, 'cool-down', resting);
    if (kind === 'cool-down') return this.stop(rule, 'cool-down', resting);

    const considered = this.consider(rule);
    if (considered instanceof SolverFailure) {
      const text = `solver-failed: ${considered.message}`;
      this.answers.give(rule, 'solver-failed', text);
      return this.end({ rule: null, text }, false);
    }
    const best = this.choose(rule, considered);
    if (best === null) {
      const text = `rule ${name} applies, but no candidate gains enough${proofIn(considered)}`;
      return this.giveWay(rule, 'no-gain', text, considered);
    }
    const { candidate, action } = best.chosen;
    if (candidate.awaits !== undefined)
      return this.stop(
        rule,
        'awaits-solver',
        `rule ${name} waits: ${candidate.awaits}`,
        considered,
      );
    if (mode === 'observe') {
      decideShadow(this.pass, this.incident, rule, candidate);
      const { explanation } = candidate.predicted;
      const text = `rule ${name} would act, but only observes: ${explanation}`;
      return this.stop(rule, 'observed', text, considered);
    }
    const reason = [why, best.why].filter((part) => part !== '').join('; ') || BY_ORDER;
    this.answers.give(rule, 'chosen', reason, considered);
    return {
      picked: { rule, candidate, action, mode, waits },
      chosen: {
        rule: name,
        action: wordsOf(candidate.action),
        mode,
        gainRatio: candidate.predicted.gainRatio,
        why: reason,
      },
      note: null,
      exhausted: false,
    };
  }

  /** A method that fails ends the search for this incident, not the loop; what is in force stays. */
  private consider(rule: Rule): readonly Considered[] | SolverFailure {
    try {
      return candidatesFor(this.pass, rule, this.incident).map((candidate) => {
        const action = candidate.action.type === 'undo' ? 'undo' : rule.action.type;
        return { candidate, action, experience: experienceOf(this.pass, this.at, action) };
      });
    } catch (cause) {
      if (cause instanceof SolverFailure) return cause;
      throw cause;
    }
  }

  /** Doing nothing gains nothing; a candidate has to beat it by the rule's smallest gain. */
  private choose(
    rule: Rule,
    considered: readonly Considered[],
  ): { readonly chosen: Considered; readonly why: string } | null {
    const enough = considered
      .filter(({ candidate }) => candidate.predicted.gainRatio <= -rule.verify.minGainRatio)
      .sort((a, b) => a.candidate.predicted.gainRatio - b.candidate.predicted.gainRatio);
    const { learning } = this.pass.env.policy;
    const turn = learning.enabled
      ? turnOf(enough, learning.floor, this.at.random)
      : { index: 0, by: 'order' as const, drawn: 0, drawnFirst: 0 };
    const chosen = enough[turn.index];
    if (chosen === undefined) return null;
    return { chosen, why: this.whyOf(turn, enough, `the candidate to ${chosen.action}`) };
  }

  private whyOf(
    { by, index, drawn, drawnFirst }: ReturnType<typeof turnOf>,
    options: readonly Option[],
    name: string,
  ): string {
    const first = options[0]?.experience ?? null;
    if (by === 'order' || first === null) return '';
    const { helped, failed } = rateOf(first);
    const { cause, context } = this.at;
    const known = `${first.action} helped ${helped} and failed ${failed} times against ${cause} in ${context}`;
    if (by === 'floor')
      return `learned: ${known}; ${name} has its turn by learning.floor, which keeps every option alive`;
    const against = `drew ${drawn.toFixed(2)}${index === 0 ? '' : ` against ${drawnFirst.toFixed(2)}`}`;
    return `learned: ${known}; ${name} has the turn (${against})`;
  }

  private optionOf(rule: Rule): Option {
    const action = rule.action.type;
    return { action, experience: experienceOf(this.pass, this.at, action) };
  }

  private standing(rule: Rule): Standing {
    return standingOf(this.pass, rule, this.incident);
  }

  private giveWay(
    rule: Rule,
    answer: 'tried-in-vain' | 'cool-down' | 'no-gain',
    text: string,
    considered: readonly Considered[] = [],
  ): null {
    this.answers.give(rule, answer, text, considered);
    this.nothing ??= { rule, text };
    return null;
  }

  private stop(
    rule: Rule,
    answer: 'off' | 'cool-down' | 'observed' | 'awaits-solver',
    text: string,
    considered: readonly Considered[] = [],
  ): Ended {
    this.answers.give(rule, answer, text, considered);
    return this.end({ rule, text }, false);
  }

  private end(note: Asked['note'], exhausted: boolean): Ended {
    return { picked: null, chosen: null, note, exhausted };
  }
}

/** Methods whose answer is a reason even where it gains nothing. */
const REASONS: ReadonlySet<string> = new Set(['certificate', 'equal-weights']);

/** Why nothing helps, where a method found that out. */
function proofIn(considered: readonly Considered[]): string {
  const proof = considered.find(({ candidate }) => REASONS.has(candidate.method ?? ''));
  return proof === undefined ? '' : `: ${proof.candidate.predicted.explanation}`;
}

const BY_ORDER = 'the first rule of the policy that applies and gains enough';
