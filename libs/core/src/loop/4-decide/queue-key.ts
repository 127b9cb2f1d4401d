import { splitChannel } from '../network';

/** Queue key `device:interface:queue` taken apart. */
export function splitQueue(key: string) {
  return { ...splitChannel(channelOf(key)), queue: key.slice(key.lastIndexOf(':') + 1) };
}

/** `device:interface` of a queue key. */
export const channelOf = (key: string): string => key.slice(0, key.lastIndexOf(':'));
