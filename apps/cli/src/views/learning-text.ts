import type { ExperienceView, LearningView } from '@weir/contracts';
import { table } from '../output/table';
import { percent, time } from '../output/units';

/** A table by cause, action and context, and what the policy makes of it. */
export function learningText({ policy, entries }: LearningView): string {
  const use = policy.enabled
    ? `verdicts count half after ${days(policy.halfLifeMs)}; every option keeps ${percent(policy.floor)} of the turns`
    : 'learning is off in the policy: its order stands, verdicts are counted all the same';
  if (entries.length === 0) return `nothing learned yet: the order of the policy stands\n${use}\n`;
  const columns: { title: string; text: (entry: ExperienceView) => string }[] = [
    { title: 'cause', text: ({ cause }) => cause },
    { title: 'action', text: ({ action }) => action },
    { title: 'context', text: ({ context }) => context },
    { title: 'helped', text: ({ now }) => now.helped.toFixed(1) },
    { title: 'failed', text: ({ now }) => now.failed.toFixed(1) },
    {
      title: 'success',
      text: ({ now }) => (now.successRatio === null ? '' : percent(now.successRatio)),
    },
    { title: 'verdicts', text: ({ verdicts }) => String(verdicts) },
    { title: 'last', text: ({ atMs }) => time(atMs) },
  ];
  return `${table(columns, entries, false)}${use}\n`;
}

const days = (ms: number): string => `${Number((ms / 86_400_000).toFixed(2))} days`;
