import type { Action } from './action';

const SHOWN = 3;

/** An action in a few words, at most three of its settings by name. */
export function actionText(action: Action): string {
  const list = (items: readonly string[]): string =>
    items.slice(0, SHOWN).join(', ') +
    (items.length > SHOWN ? ` and ${items.length - SHOWN} more` : '');
  switch (action.type) {
    case 'reroute':
      return `reroute ${list(action.routes.map((item) => `${item.prefix} at ${item.device}`))}`;
    case 'sr-policy':
      return `sr-policy ${list(action.policies.map((item) => `${item.color} to ${item.endpoint} at ${item.device}`))}`;
    case 'undo':
      return `undo ${action.changeId}`;
    case 'scheduler':
      return `scheduler ${list(action.settings.map((item) => `${item.device}:${item.interface}:${item.queue} to ${item.weight}`))}`;
    default:
      return `${action.type} ${list(action.settings.map((item) => `${item.device}:${item.interface}:${item.queue}`))}`;
  }
}
