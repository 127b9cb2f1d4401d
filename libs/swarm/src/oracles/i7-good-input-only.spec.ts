import { deviceId } from '@weir/core/model';
import { changeOf, L1, Story } from '../testing/story';
import { goodInputOnly } from './i7-good-input-only';

const worth = (device: string, value: 'good' | 'stale' | 'missing' | 'wrong') =>
  ({ kind: 'telemetry', device: deviceId(device), worth: value }) as const;
const story = (): Story => new Story(goodInputOnly);
const LONG_MS = 20_000;

describe('I7: bad input never produces a change', () => {
  const begins = (s: Story, change = changeOf('chg-1')): readonly string[] =>
    s.proposed(change).through('chg-1', 'applying').told();

  it('has nothing against a change on good input, before anybody can know, or that was refused', () => {
    expect(begins(story().tell(worth('l1', 'good')).after(LONG_MS))).toEqual([]);
    expect(begins(story().tell(worth('l1', 'stale')).after(2_000))).toEqual([]);
    const refused = story().tell(worth('l1', 'wrong')).after(LONG_MS).proposed(changeOf('chg-1'));
    expect(refused.through('chg-1', 'rejected').told()).toEqual([]);
  });

  it.each(['stale', 'missing', 'wrong'] as const)(
    'finds a change while a device that it writes, or a neighbour, is %s',
    (value) => {
      for (const device of ['l1', 's1'])
        expect(begins(story().tell(worth(device, value)).after(LONG_MS))).toEqual([
          `chg-1 begins while telemetry of ${device} was ${value} for 20000 ms`,
        ]);
    },
  );

  it('gives a lie the time that it takes to show, anew after each move of traffic', () => {
    const lied = story().tell(worth('l1', 'wrong')).after(LONG_MS).effect(null, L1, 'person', []);
    expect(begins(lied.after(10_000))).toEqual([]);
    const still = story().tell(worth('l1', 'wrong')).after(LONG_MS).effect(null, L1, 'person', []);
    expect(begins(still.after(16_000))).toHaveLength(1);
  });

  it('finds a stage that is written although input has gone bad since it began', () => {
    const begun = story().proposed(changeOf('chg-1')).through('chg-1', 'applying');
    const told = begun.tell(worth('l1', 'wrong')).after(LONG_MS).operation('chg-1', L1, 'commit');
    expect(told.told()).toEqual([expect.stringContaining('chg-1 is written to l1 while')]);
  });

  it('takes silent ports for what they are: those of the change count', () => {
    const silent = (device: string, port: string): Story =>
      story()
        .tell({ ...worth(device, 'missing'), ports: [port] })
        .after(LONG_MS);
    expect(begins(silent('l1', 's3'))).toEqual([]);
    expect(begins(silent('l1', 's1'))).toHaveLength(1);
    expect(begins(silent('s1', 'l1'))).toHaveLength(1);
    expect(begins(silent('s1', 'l2'))).toEqual([]);
  });

  it('leaves alone what others asked for, other devices, and what is good again', () => {
    const asked = changeOf('chg-1', undefined, undefined, { origin: 'operator' });
    expect(begins(story().tell(worth('l1', 'wrong')).after(LONG_MS), asked)).toEqual([]);
    expect(begins(story().tell(worth('l4', 'wrong')).after(LONG_MS))).toEqual([]);
    const healed = story().tell(worth('l1', 'wrong')).after(LONG_MS).tell(worth('l1', 'good'));
    expect(begins(healed)).toEqual([]);
  });
});
