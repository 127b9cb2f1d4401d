import { back, changeOf, L1, LEAF, Story } from '../testing/story';
import { neverOverOthers } from './i5-never-over-others';

const THEIRS = { ...LEAF, after: '8' };
const begun = (): Story =>
  new Story(neverOverOthers).proposed(changeOf('chg-1')).prepared('chg-1', L1, [LEAF]);

describe('I5: never over what others wrote', () => {
  it('has nothing against a Set over what it was planned from, or over itself', () => {
    const twice = begun().after(9_000).committed('chg-1', L1, [LEAF]).after(9_000);
    expect(twice.sent('chg-1', L1, 'set', [LEAF]).told()).toEqual([]);
  });

  it('finds a Set over what a person wrote a while ago', () => {
    const told = begun().effect(null, L1, 'person', [THEIRS], null).after(5_000);
    expect(told.sent('chg-1', L1, 'set', [LEAF]).told()).toEqual([
      'chg-1 is written over l1:/weight, which holds 8, not 1',
    ]);
  });

  it('asks nobody to see what changes between the reading and the Set, nor before going back', () => {
    const race = begun().effect(null, L1, 'person', [THEIRS], null).after(500);
    expect(race.sent('chg-1', L1, 'set', [LEAF]).told()).toEqual([]);
    const undo = begun().effect(null, L1, 'person', [THEIRS], null).after(5_000);
    expect(undo.sent('chg-1', L1, 'set', back([LEAF])).told()).toEqual([]);
  });
});
