import { back, changeOf, L1, LEAF, Story } from '../testing/story';
import { onceOnly } from './i3-once-only';

const undone = (commitConfirmed: boolean): Story =>
  new Story(onceOnly)
    .proposed(changeOf('chg-1'))
    .committed('chg-1', L1, [LEAF], commitConfirmed)
    .operation('chg-1', L1, 'revert')
    .effect('chg-1', L1, 'cancel', back([LEAF]));
const ended = (commitConfirmed: boolean): Story =>
  undone(commitConfirmed).through('chg-1', 'applying', 'rolling-back', 'rolled-back');

describe('I3: again changes nothing more', () => {
  it('has nothing against the same Set twice while it stands', () => {
    const story = new Story(onceOnly).proposed(changeOf('chg-1')).committed('chg-1', L1, [LEAF]);
    expect(story.effect('chg-1', L1, 'set', [LEAF]).after(60_000).told()).toEqual([]);
  });

  it('finds a configuration that is written again after it was taken back', () => {
    expect(undone(true).effect('chg-1', L1, 'set', [LEAF]).told()).toEqual([
      'chg-1 was written to l1 again after it had been taken back',
    ]);
  });

  it('lets a Set that was under way when its change ended be taken back by the device', () => {
    const story = new Story(onceOnly).proposed(changeOf('chg-1')).prepared('chg-1', L1, [LEAF]);
    story.operation('chg-1', L1, 'revert').through('chg-1', 'applying', 'rejected');
    story.effect('chg-1', L1, 'set', [LEAF]).after(10_000);
    expect(
      story
        .effect('chg-1', L1, 'timer', back([LEAF]), null)
        .after(60_000)
        .told(),
    ).toEqual([]);
  });

  it.each([true, false])('finds one that stands (commit-confirmed: %s)', (commitConfirmed) => {
    const told = ended(commitConfirmed).effect('chg-1', L1, 'set', [LEAF]).after(60_000).told();
    expect(told).toContainEqual(
      expect.stringContaining('after the change had ended, and it stands'),
    );
  });
});
