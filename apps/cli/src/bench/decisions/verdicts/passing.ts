import type { TimelineAction, TimelineEntry } from '@weir/closed-loop';

/**
 * What ends an action as if it had never been; null for what does not end by itself: a setting
 * that somebody made stays until somebody makes another one.
 */
function endOf(action: TimelineAction): TimelineAction | null {
  switch (action.kind) {
    case 'link':
      return {
        ...action,
        fault: { up: true, capacityRatio: 1, grayLossRatio: 0, errorsCounted: false },
      };
    case 'start':
      return { kind: 'stop', name: action.job.name };
    case 'scale':
      return { ...action, scale: 1 };
    default:
      return null;
  }
}

/** The same events, undone again at `endMs`; null where some do not end by themselves. */
export function passing(
  timeline: readonly TimelineEntry[],
  endMs: number,
): readonly TimelineEntry[] | null {
  const ends = timeline.map(({ action, text }) => {
    const end = endOf(action);
    return end === null ? null : { atMs: endMs, text: `over: ${text}`, action: end };
  });
  if (timeline.length === 0 || ends.includes(null)) return null;
  return [...timeline, ...ends.filter((entry) => entry !== null)];
}
