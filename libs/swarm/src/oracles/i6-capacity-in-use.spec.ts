import { OpenConfigProfile } from '@weir/adapter-gnmi';
import { assert } from '@weir/core/base';
import { deviceId, type LeafDiff } from '@weir/core/model';
import { fabricOf, prefixOf } from '../plant/fabric';
import { swarmPolicy } from '../plant/policy';
import { changeOf, L1, Story } from '../testing/story';
import { capacityInUse } from './i6-capacity-in-use';

const { topology, images } = fabricOf(3);
const profile = new OpenConfigProfile();
const policy = swarmPolicy();
const tight = { ...policy, limits: { ...policy.limits, maxRemovedCapacityRatio: 0.1 } };

/** Leaves that take interfaces of a leaf out of the way to some prefixes. */
function without(
  interfaces: readonly string[],
  prefixes: readonly string[],
  device = L1,
): readonly LeafDiff[] {
  const image = new Map(images.get(device));
  const all: LeafDiff[] = [];
  for (const prefix of prefixes) {
    const weights = Object.fromEntries(
      ['s1', 's2', 's3'].map((name) => [name, interfaces.includes(name) ? 0 : 1]),
    );
    const leaves = profile.renderRoute(image, prefix, weights);
    assert(leaves.ok, 'a route of the fabric can be rendered');
    all.push(...leaves.value);
    for (const { path, after } of leaves.value)
      if (after === null) image.delete(path);
      else image.set(path, after);
  }
  return all;
}

const PREFIXES = ['10.0.2.0/24', '10.0.3.0/24', '10.0.4.0/24'];
const written = (leaves: readonly LeafDiff[], origin: 'rule' | 'operator' = 'rule'): Story =>
  new Story(capacityInUse, { topology, images, policy: tight })
    .proposed(changeOf('chg-1', leaves, [L1], { origin }))
    .effect('chg-1', L1, 'set', leaves);

describe('I6: capacity stays in use', () => {
  it('lets a change take one link out of use, and a route off one of three', () => {
    expect(written(without(['s1'], PREFIXES)).told()).toEqual([]);
  });

  it('finds a prefix that is left with one next hop', () => {
    expect(written(without(['s1', 's2'], ['10.0.2.0/24'])).told()).toEqual([
      'chg-1 on l1: 10.0.2.0/24 is left with one next hop',
    ]);
  });

  it('finds more capacity out of use than the limit, over all open changes of the loop', () => {
    const story = new Story(capacityInUse, { topology, images, policy: tight });
    const drain = (leaf: string): Story => {
      const others = ['l1', 'l2', 'l3', 'l4'].filter((name) => name !== leaf);
      const leaves = without(['s1'], others.map(prefixOf), deviceId(leaf));
      story.proposed(changeOf(`chg-${leaf}`, leaves, [deviceId(leaf)]));
      return story.effect(`chg-${leaf}`, deviceId(leaf), 'set', leaves);
    };
    expect([drain('l1').told(), drain('l2').told()]).toEqual([[], []]);
    expect(drain('l3').told()).toEqual([
      'chg-l3 brings the capacity out of use to 13 %: l1:s1, l2:s1, l3:s1',
    ]);
  });

  it('leaves people their own decisions', () => {
    expect(written(without(['s1', 's2'], ['10.0.2.0/24']), 'operator').told()).toEqual([]);
  });
});
