import { changeOf, L1, LEAF, statusOf, Story } from '../testing/story';
import { statusIsTrue } from './status-is-true';

const story = (): Story =>
  new Story(statusIsTrue).proposed(changeOf('chg-1')).prepared('chg-1', L1, [LEAF]);

describe('I2: status tells the truth', () => {
  it('has nothing against a leader that is well and says so', () => {
    expect(story().told({ status: statusOf() })).toEqual([]);
  });

  it('finds a commit of ours that still waits, and leaves those of others alone', () => {
    const status = statusOf();
    expect(story().told({ status, pendingCommits: new Map([[L1, 'weir-chg-1']]) })).toEqual([
      'l1 still waits for a confirmation of chg-1',
    ]);
    expect(story().told({ status, pendingCommits: new Map([[L1, 'person-1']]) })).toEqual([]);
  });

  it('finds that nobody leads', () => {
    expect(story().told()).toEqual(['nobody leads at the end']);
  });

  const open = statusOf().devices.map((item) => ({ ...item, openChange: 'chg-1' }));
  const fenced = statusOf().devices.map((item) => ({ ...item, fenced: true }));
  it.each([
    ['another epoch', { epoch: 7 }, 'status says epoch 7, the last record has 1'],
    ['a freeze', { frozen: { by: 'x', reason: '' } }, 'status says frozen, the records do not'],
    [
      'that it holds',
      { phase: 'holding', holdReason: 'why' },
      'status is holding in a healthy world: why',
    ],
    ['an open change', { devices: open }, 'status says that chg-1 is open on l1'],
    ['a fenced device', { devices: fenced }, 'status says l1 is fenced, the records do not'],
  ] as const)('finds a status that says %s', (_name, part, what) => {
    expect(story().told({ status: statusOf(part) })).toContain(what);
  });
});
