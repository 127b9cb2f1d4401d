import { deviceId } from '@weir/core/model';
import type { TimelineEvent } from '../timeline';
import { eventText, TimelineHash } from './timeline-hash';

const effect = (value: string, atMs = 1): TimelineEvent => ({
  atMs,
  kind: 'effect',
  device: deviceId('l1'),
  by: 'set',
  epoch: 1,
  changeId: null,
  commitId: 'c',
  image: new Map([['/a', value]]),
});
const hashOf = (...events: readonly TimelineEvent[]): string => {
  const hash = new TimelineHash();
  events.forEach((event) => hash.add(event));
  return hash.digest();
};

describe('TimelineHash', () => {
  it('is the same for the same events, and goes on after it was read', () => {
    const hash = new TimelineHash();
    hash.add(effect('1'));
    expect(hash.digest()).toBe(hashOf(effect('1')));
    hash.add(effect('2'));
    expect(hash.digest()).toBe(hashOf(effect('1'), effect('2')));
    expect(hash.digest()).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['a value', hashOf(effect('2'))],
    ['a time', hashOf(effect('1', 2))],
    ['the order', hashOf(effect('2'), effect('1'))],
    ['one event more', hashOf(effect('1'), effect('1'))],
  ])('differs in %s', (_name, other) => {
    expect(other).not.toBe(hashOf(effect('1')));
    expect(other).not.toBe(hashOf(effect('1'), effect('2')));
  });

  it('tells records apart by their own hash', () => {
    const recorded = (sequence: number, hash: string): TimelineEvent => ({
      atMs: 1,
      kind: 'record',
      process: 'a',
      record: { sequence, hash, atMs: 1, epoch: 1, body: { kind: 'unfrozen', by: 'x' } },
    });
    expect(hashOf(recorded(1, 'x'))).toBe(hashOf(recorded(1, 'x')));
    expect(hashOf(recorded(1, 'x'))).not.toBe(hashOf(recorded(1, 'y')));
    expect(hashOf(recorded(1, 'x'))).not.toBe(hashOf(recorded(2, 'x')));
  });

  it('spells out what JSON cannot carry', () => {
    expect(eventText(effect('1'))).toContain('"image":[["/a","1"]]');
    expect(eventText({ ...effect('1'), atMs: NaN })).toContain('"atMs":"NaN"');
  });
});
