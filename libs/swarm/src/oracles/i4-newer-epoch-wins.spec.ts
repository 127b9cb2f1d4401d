import { changeId } from '@weir/core/model';
import { back, changeOf, L1, LEAF, OTHER_LEAF, Story } from '../testing/story';
import { newerEpochWins } from './i4-newer-epoch-wins';

/** Epoch 1 has prepared a change, epoch 2 has taken it back and written another one. */
function takenOver(): Story {
  const story = new Story(newerEpochWins).proposed(changeOf('chg-1')).prepared('chg-1', L1, [LEAF]);
  story.epoch = 2;
  story
    .operation('chg-1', L1, 'revert')
    .through('chg-1', 'applying', 'rolling-back', 'rolled-back');
  story.proposed(changeOf('chg-2')).committed('chg-2', L1, [LEAF]);
  story.through('chg-2', 'applying', 'applied', 'verifying', 'confirming', 'confirmed');
  return story;
}

describe('I4: a newer epoch wins', () => {
  it('has nothing against epochs that follow each other', () => {
    expect(takenOver().told()).toEqual([]);
  });

  it('finds an older epoch that changes what a newer one wrote', () => {
    const told = takenOver()
      .effect('chg-1', L1, 'set', [{ ...LEAF, after: '7' }], 1)
      .told();
    expect(told[0]).toContain('set of epoch 1 on l1, which epoch 2 has written: changes /weight');
  });

  it('lets a late effect on other leaves go back by the timer of the device', () => {
    const story = takenOver().effect('chg-1', L1, 'set', [OTHER_LEAF], 1).after(5_000);
    expect(story.effect('chg-1', L1, 'timer', back([OTHER_LEAF]), null).told()).toEqual([]);
  });

  it('finds a late effect that stands at the end', () => {
    expect(takenOver().effect('chg-1', L1, 'set', [OTHER_LEAF], 1).told()).toEqual([
      'set of epoch 1 on l1 came after a newer epoch and stands: /other is x',
    ]);
  });

  it('has nothing against the late way back of an old leader', () => {
    const story = new Story(newerEpochWins)
      .proposed(changeOf('chg-1'))
      .committed('chg-1', L1, [LEAF]);
    story.epoch = 2;
    story.record({
      kind: 'device-outcome',
      id: changeId('chg-1'),
      device: L1,
      verb: 'revert',
      outcome: 'unknown',
      code: null,
      message: '',
      sentMs: null,
    });
    story.effect('chg-1', L1, 'set', back([LEAF]), 1);
    expect(story.through('chg-1', 'applying', 'rolling-back', 'rolled-back').told()).toEqual([]);
  });

  it('finds a late confirm of what was not kept', () => {
    expect(takenOver().effect('chg-1', L1, 'confirm', [], 1).told()).toEqual([
      expect.stringContaining('makes permanent what was not kept'),
    ]);
  });
});
