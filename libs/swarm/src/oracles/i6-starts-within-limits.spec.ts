import { deviceId, type Change } from '@weir/core/model';
import { swarmPolicy } from '../plant/policy';
import { changeOf, L1, L2, LEAF, OTHER_LEAF, Story } from '../testing/story';
import { startsWithinLimits } from './i6-starts-within-limits';
import type { OracleContext } from './oracle';

const policy = swarmPolicy();
const limited = (part: Partial<OracleContext['policy']['limits']>): Partial<OracleContext> => ({
  policy: { ...policy, limits: { ...policy.limits, ...part } },
});
const story = (context: Partial<OracleContext> = {}): Story =>
  new Story(startsWithinLimits, context);
const starts = (s: Story, change: Change): Story =>
  s.proposed(change).through(change.id, 'applying');
const kept = (s: Story, change: Change): Story =>
  s
    .proposed(change)
    .through(change.id, 'applying', 'applied', 'verifying', 'confirming', 'confirmed');
const reversed = { ...LEAF, before: LEAF.after, after: LEAF.before };

describe('I6: what begins stays within the limits', () => {
  it('has nothing against changes on other leaves, or after their rest', () => {
    const told = kept(kept(story(), changeOf('chg-1')), changeOf('chg-2', [OTHER_LEAF], [L2]));
    expect(starts(told.after(policy.limits.dwellMs), changeOf('chg-3')).told()).toEqual([]);
  });

  it('finds a change that begins under a freeze', () => {
    const frozen = story()
      .proposed(changeOf('chg-1'))
      .record({ kind: 'frozen', by: 'x', reason: '' });
    expect(frozen.through('chg-1', 'applying').told()).toEqual([expect.stringContaining('frozen')]);
  });

  it('finds too many devices in one change, and in one layer at once', () => {
    const leaves = ['l1', 'l2', 'l3'].map(deviceId);
    const one = starts(
      story(limited({ maxDevicesPerChange: 2 })),
      changeOf('chg-1', [LEAF], leaves),
    );
    expect(one.told()).toEqual([expect.stringContaining('writes 3 devices')]);
    const layer = story(limited({ maxLayerShare: 0.5 }));
    starts(
      starts(layer, changeOf('chg-1', [LEAF], [L1])),
      changeOf('chg-2', [LEAF], leaves.slice(1)),
    );
    expect(layer.told()).toEqual([expect.stringContaining('of layer leaf to 3 of 4')]);
  });

  it('finds too many open changes, and more starts than the budget', () => {
    const two = starts(story(limited({ maxOpenChanges: 1 })), changeOf('chg-1'));
    expect(starts(two, changeOf('chg-2', [OTHER_LEAF], [L2])).told()).toEqual([
      expect.stringContaining('1 others of the loop are open'),
    ]);
    const budget = kept(story(limited({ maxChangesPerHour: 1 })), changeOf('chg-1'));
    expect(starts(budget.after(60_000), changeOf('chg-2', [OTHER_LEAF])).told()).toEqual([
      expect.stringContaining('number 2 within an hour'),
    ]);
  });

  it('finds a leaf that is written again before it has rested', () => {
    const told = starts(kept(story(), changeOf('chg-1')).after(1_000), changeOf('chg-2')).told();
    expect(told).toEqual([expect.stringContaining('1000 ms after chg-1 settled it')]);
  });

  it('takes a clock that was set, or that nobody could know to be wrong, for what it is', () => {
    const soon = (byMs: number): Story => {
      const told = kept(story(), changeOf('chg-1'))
        .after(9_000)
        .record({ kind: 'clock-stepped', byMs });
      return told;
    };
    expect(starts(soon(-8_000), changeOf('chg-2')).told()).toEqual([]);
    expect(starts(soon(0), changeOf('chg-2')).told()).toEqual([]);
  });

  it('finds a change that brings back what another one replaced, unless it is an undo', () => {
    const rested = (): Story => kept(story(), changeOf('chg-1')).after(policy.limits.dwellMs);
    const again = changeOf('chg-2', [reversed]);
    expect(starts(rested(), again).told()).toEqual([expect.stringContaining('brings back')]);
    const undo = { ...again, action: { type: 'undo', changeId: 'chg-1' } } as const;
    expect(starts(rested(), undo).told()).toEqual([]);
    expect(starts(kept(story(), changeOf('chg-1')), undo).told()).toEqual([]);
  });
});
