import { changeOf, Story } from '../testing/story';
import { verifyingChain } from './i8-verifying-chain';

const story = (): Story => new Story(verifyingChain).proposed(changeOf('chg-1'));
const FROZEN = { kind: 'frozen', by: 'x', reason: '' } as const;

describe('I8: every transition is in a verifying chain', () => {
  it('has nothing against records in order, over a new leader', () => {
    const told = story().through('chg-1', 'applying');
    told.epoch = 2;
    expect(told.moved('chg-1', 'applying', 'rolling-back').told()).toEqual([]);
  });

  it.each<[string, (s: Story) => Story, RegExp]>([
    ['a gap', (s) => s.record(FROZEN, { sequence: 3 }), /record 3 follows 1/],
    ['a hash that does not follow', (s) => s.record(FROZEN, { hash: 'x' }), /does not follow/],
    [
      'a transition that is not in the table',
      (s) => s.moved('chg-1', 'scheduled', 'confirmed'),
      /not in the table/,
    ],
    [
      'one from another state',
      (s) => s.moved('chg-1', 'applied', 'verifying'),
      /goes from applied, but is scheduled/,
    ],
    [
      'one of a change nobody proposed',
      (s) => s.moved('chg-7', 'applied', 'verifying'),
      /but is unknown/,
    ],
    ['a change that is proposed twice', (s) => s.proposed(changeOf('chg-1')), /proposed twice/],
  ])('finds %s', (_name, tell, what) => {
    expect(tell(story()).told()).toContainEqual(expect.stringMatching(what));
  });

  it('finds epochs that fall', () => {
    const told = story();
    told.epoch = 2;
    told.record(FROZEN);
    told.epoch = 1;
    expect(told.record(FROZEN).told()).toEqual([expect.stringContaining('has epoch 1')]);
  });

  it('finds a chain that is broken or shorter at the end', () => {
    expect(story().told({ chain: 'broken' })).toHaveLength(1);
    expect(story().told({ records: [] })).toEqual([
      expect.stringContaining('record 1 was durable'),
    ]);
  });
});
