import { deviceId } from '@weir/core/model';
import { changeOf, Story } from '../testing/story';
import { goodInputOnly } from './i7-good-input-only';

const worth = (device: string, value: 'good' | 'stale' | 'missing' | 'wrong') =>
  ({ kind: 'telemetry', device: deviceId(device), worth: value }) as const;
const story = (): Story => new Story(goodInputOnly);
const LONG_MS = 20_000;

describe('I7: bad input never produces a change', () => {
  it('has nothing against a change on good input, or before anybody can know better', () => {
    expect(
      story().tell(worth('l1', 'good')).after(LONG_MS).proposed(changeOf('chg-1')).told(),
    ).toEqual([]);
    const early = story().tell(worth('l1', 'stale')).after(2_000).proposed(changeOf('chg-1'));
    expect(early.told()).toEqual([]);
  });

  it.each(['stale', 'missing', 'wrong'] as const)(
    'finds a change while a device that it writes, or a neighbour, is %s',
    (value) => {
      for (const device of ['l1', 's1']) {
        const told = story().tell(worth(device, value)).after(LONG_MS).proposed(changeOf('chg-1'));
        expect(told.told()).toEqual([
          `chg-1 was proposed while telemetry of ${device} was ${value} for 20000 ms`,
        ]);
      }
    },
  );

  it('finds one that was proposed before and begins now', () => {
    const early = story().proposed(changeOf('chg-1')).tell(worth('l1', 'wrong')).after(LONG_MS);
    expect(early.through('chg-1', 'applying').told()).toEqual([
      expect.stringContaining('began to be applied'),
    ]);
  });

  it('leaves alone what others asked for, other devices, and what is good again', () => {
    const asked = changeOf('chg-1', undefined, undefined, { origin: 'operator' });
    expect(story().tell(worth('l1', 'wrong')).after(LONG_MS).proposed(asked).told()).toEqual([]);
    const far = story().tell(worth('l4', 'wrong')).after(LONG_MS).proposed(changeOf('chg-1'));
    expect(far.told()).toEqual([]);
    const healed = story().tell(worth('l1', 'wrong')).after(LONG_MS).tell(worth('l1', 'good'));
    expect(healed.proposed(changeOf('chg-1')).told()).toEqual([]);
  });
});
