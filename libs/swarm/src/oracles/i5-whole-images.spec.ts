import { back, changeOf, L1, L2, LEAF, OTHER_LEAF, Story } from '../testing/story';
import { wholeImages } from './i5-whole-images';

const LEAVES = [LEAF, OTHER_LEAF];
const both = (): Story =>
  new Story(wholeImages)
    .proposed(changeOf('chg-1', LEAVES, [L1, L2]))
    .committed('chg-1', L1, LEAVES)
    .committed('chg-1', L2, LEAVES);
const KEPT = ['applying', 'applied', 'verifying', 'confirming', 'confirmed'] as const;
const UNDONE = ['applying', 'rolling-back', 'rolled-back'] as const;

describe('I5: whole images only', () => {
  it('has nothing against a change on all its devices, or on none', () => {
    expect(
      both()
        .through('chg-1', ...KEPT)
        .after(60_000)
        .told(),
    ).toEqual([]);
    const undone = both()
      .effect('chg-1', L1, 'cancel', back(LEAVES))
      .effect('chg-1', L2, 'timer', back(LEAVES));
    expect(
      undone
        .through('chg-1', ...UNDONE)
        .after(60_000)
        .told(),
    ).toEqual([]);
  });

  it('finds a Set that leaves half of the leaves', () => {
    const story = new Story(wholeImages).proposed(changeOf('chg-1', LEAVES));
    story.prepared('chg-1', L1, LEAVES).effect('chg-1', L1, 'set', [LEAF]);
    expect(story.told()).toEqual([expect.stringContaining('neither before nor after')]);
  });

  it('finds a change that is kept on one device and not on the other', () => {
    const told = both()
      .effect('chg-1', L2, 'timer', back(LEAVES))
      .through('chg-1', ...KEPT)
      .told();
    expect(told[0]).toBe('chg-1 is confirmed, but l2 holds the old configuration');
  });

  it('finds one that is undone on one device only', () => {
    const told = both()
      .effect('chg-1', L1, 'cancel', back(LEAVES))
      .through('chg-1', ...UNDONE)
      .told();
    expect(told[0]).toBe('chg-1 is rolled-back, but l2 holds the new configuration');
  });

  it('finds a device that is not back at its deadline', () => {
    expect(both().through('chg-1', 'applying').after(60_000).told()).toEqual([
      expect.stringContaining('deadline has passed, but l1 holds the new'),
      expect.stringContaining('deadline has passed, but l2 holds the new'),
    ]);
  });

  it('leaves to people what they changed meanwhile', () => {
    const story = both().effect(null, L2, 'person', [{ ...LEAF, after: '8' }], null);
    story.effect(null, L2, 'person', [{ ...OTHER_LEAF, after: 'y' }], null);
    expect(story.through('chg-1', ...KEPT).told()).toEqual([]);
  });

  it('takes a commit that a person made, and that ran out, for what it was', () => {
    const mine = (): Story => both().through('chg-1', ...KEPT);
    const theirs = { ...LEAF, before: '3', after: '8' };
    const story = mine().effect(null, L1, 'person', [theirs], null);
    expect(story.effect(null, L1, 'timer', back([theirs]), null).told()).toEqual([]);
    expect(mine().effect(null, L1, 'person', [theirs], null).told()).toEqual([]);
  });

  it('waits for the controller where a device that booted has forgotten its timer', () => {
    const booted = both().effect('chg-1', L1, 'reboot', LEAVES, null);
    booted.effect('chg-1', L2, 'timer', back(LEAVES), null).through('chg-1', 'applying');
    expect(booted.after(60_000).effect('chg-1', L1, 'set', back(LEAVES)).told()).toEqual([]);
  });

  it('lets a fenced device of a stuck change be, unless it is mixed', () => {
    const fenced = { kind: 'device-fenced', device: L2, reason: '' } as const;
    const story = (): Story => both().effect('chg-1', L1, 'cancel', back(LEAVES)).record(fenced);
    expect(story().through('chg-1', 'applying', 'rolling-back', 'stuck').told()).toEqual([]);
    const mixed = story().effect('chg-1', L2, 'reboot', back([LEAF]), null);
    expect(mixed.through('chg-1', 'applying', 'rolling-back', 'stuck').told()).toEqual([
      'at the end l2 is neither before nor after chg-1',
    ]);
  });

  it('finds at the end what no record stands for', () => {
    const story = both()
      .through('chg-1', ...KEPT)
      .effect('chg-1', L1, 'timer', back([LEAF]), null);
    expect(story.told()).toEqual(['at the end l1:/weight is 1, the records say 3']);
  });
});
