import { checkConfig } from './check';
import type { LeafValue } from '../leaf';

const PROFILE = '/qos/queue-management-profiles/queue-management-profile[name=p]';
const UNIFORM = `${PROFILE}/wred/uniform/config`;
const QUEUE = '/qos/interfaces/interface[interface-id=e1]/output/queues/queue[name=rt]/config';
const OUTPUT = '/qos/interfaces/interface[interface-id=e1]/output/config';
const MAX = '18446744073709551615';

const GOOD: Record<string, LeafValue> = {
  [`${PROFILE}/config/name`]: 'p',
  [`${UNIFORM}/min-threshold`]: '100000',
  [`${UNIFORM}/max-threshold`]: MAX,
  [`${UNIFORM}/enable-ecn`]: true,
  [`${UNIFORM}/max-drop-probability-percent`]: 100,
  [`${QUEUE}/name`]: 'rt',
  [`${QUEUE}/queue-management-profile`]: 'p',
};

const check = (changes: Record<string, LeafValue | null>): string | null => {
  const config = new Map(Object.entries(GOOD));
  for (const [path, value] of Object.entries(changes)) {
    if (value === null) config.delete(path);
    else config.set(path, value);
  }
  return checkConfig(config)?.message ?? null;
};

describe('configuration check (featureprofiles DP-1.3 and neighbours)', () => {
  it('accepts a profile with 2^64-1 as threshold', () => {
    expect(check({})).toBeNull();
  });

  it.each<[string, Record<string, LeafValue | null>, RegExp]>([
    [
      'min above max',
      { [`${UNIFORM}/min-threshold`]: MAX, [`${UNIFORM}/max-threshold`]: '5' },
      /is above max-threshold 5/,
    ],
    ['101 %', { [`${UNIFORM}/max-drop-probability-percent`]: 101 }, /from 0 to 100/],
    ['beyond 64 bits', { [`${UNIFORM}/max-threshold`]: '18446744073709551616' }, /not an integer/],
    ['not a number', { [`${UNIFORM}/max-threshold`]: 'lots' }, /not an integer/],
    ['a dangling profile', { [`${QUEUE}/queue-management-profile`]: 'q' }, /not configured/],
    [
      'a bound profile deleted',
      Object.fromEntries(
        Object.keys(GOOD)
          .filter((path) => path.startsWith(PROFILE))
          .map((path) => [path, null]),
      ),
      /not configured/,
    ],
    [
      'a dangling buffer profile',
      { [`${OUTPUT}/buffer-allocation-profile`]: 'b' },
      /not configured/,
    ],
    ['a key that differs', { [`${QUEUE}/name`]: 'other' }, /differs from the key/],
    ['a key left out', { '/interfaces/interface/config/mtu': 1500 }, /wants the keys \[name\]/],
    [
      'a state leaf',
      { '/interfaces/interface[name=e]/state/oper-status': 'UP' },
      /not a configuration leaf/,
    ],
    ['an unknown leaf', { '/qos/colour': 'red' }, /not a configuration leaf/],
    ['bytes and percent', { [`${UNIFORM}/min-threshold-percent`]: '10' }, /exclude each other/],
  ])('refuses %s', (_name, changes, message) => {
    expect(check(changes)).toMatch(message);
  });
});
