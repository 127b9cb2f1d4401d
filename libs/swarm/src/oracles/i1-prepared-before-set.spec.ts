import { back, changeOf, L1, LEAF, OTHER_LEAF, Story } from '../testing/story';
import { preparedBeforeSet } from './i1-prepared-before-set';

const begun = (): Story => {
  const story = new Story(preparedBeforeSet).proposed(changeOf('chg-1'));
  return story.moved('chg-1', 'scheduled', 'applying');
};

describe('I1: nothing leaves before its record', () => {
  it('has nothing against a Set, its confirm and its way back, each announced', () => {
    const kept = begun().committed('chg-1', L1, [LEAF]).moved('chg-1', 'applying', 'confirming');
    kept.operation('chg-1', L1, 'confirm').sent('chg-1', L1, 'confirm');
    expect(kept.told()).toEqual([]);
    const undone = begun().committed('chg-1', L1, [LEAF]).operation('chg-1', L1, 'revert');
    undone.sent('chg-1', L1, 'cancel').sent('chg-1', L1, 'set', back([LEAF]));
    expect(undone.told()).toEqual([]);
  });

  it.each<[string, (story: Story) => Story, RegExp]>([
    ['without a record', (s) => s.sent('chg-1', L1, 'set', [LEAF]), /without a durable/],
    ['without a change', (s) => s.sent(null, L1, 'set', [LEAF]), /no durable record knows/],
    [
      'before the operation is durable',
      (s) => s.prepared('chg-1', L1, [LEAF]).sent('chg-1', L1, 'set', [LEAF]),
      /no durable commit operation/,
    ],
    [
      'other values than the prepared ones',
      (s) =>
        s
          .prepared('chg-1', L1, [LEAF])
          .operation('chg-1', L1, 'commit')
          .sent('chg-1', L1, 'set', [{ ...LEAF, after: '9' }]),
      /neither the prepared values nor the pre-image/,
    ],
    [
      'leaves that were not prepared',
      (s) => s.committed('chg-1', L1, [LEAF]).sent('chg-1', L1, 'set', [OTHER_LEAF]),
      /neither the prepared values nor the pre-image/,
    ],
    [
      'the way back without an operation of its own',
      (s) => s.committed('chg-1', L1, [LEAF]).sent('chg-1', L1, 'set', back([LEAF])),
      /no durable revert operation/,
    ],
    [
      'under the name of another commit',
      (s) =>
        s
          .committed('chg-1', L1, [LEAF])
          .operation('chg-1', L1, 'revert')
          .sent('chg-1', L1, 'cancel', [], { commitId: 'person-1' }),
      /commit person-1, prepared as weir-chg-1/,
    ],
    [
      'a confirm that nobody decided',
      (s) =>
        s
          .committed('chg-1', L1, [LEAF])
          .operation('chg-1', L1, 'confirm')
          .sent('chg-1', L1, 'confirm'),
      /nobody decided to keep it/,
    ],
    [
      'what a newer epoch prepared',
      (s) => {
        s.epoch = 2;
        s.prepared('chg-1', L1, [LEAF]).operation('chg-1', L1, 'commit');
        return s.sent('chg-1', L1, 'set', [LEAF], { epoch: 1 });
      },
      /prepared by epoch 2, sent by the older 1/,
    ],
  ])('finds a write %s', (_name, tell, what) => {
    expect(tell(begun()).told()).toEqual([expect.stringMatching(what)]);
  });
});
