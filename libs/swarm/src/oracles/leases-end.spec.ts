import { changeId } from '@weir/core/model';
import { changeOf, L1, L2, LEAF, Story } from '../testing/story';
import { leasesEnd } from './leases-end';

const UNTIL_MS = 1_800_000_000_000 + 40_000;
const KEPT = ['applying', 'applied', 'verifying', 'confirming', 'confirmed'] as const;
const lease = { kind: 'lease-renewed', id: changeId('chg-1'), untilMs: UNTIL_MS } as const;
const kept = (): Story =>
  new Story(leasesEnd).proposed(changeOf('chg-1')).through('chg-1', ...KEPT);

describe('I2: leases end', () => {
  it('has nothing against a lease that runs, or a change that was undone after it', () => {
    expect(kept().record(lease).after(30_000).told()).toEqual([]);
    const undo = changeOf('chg-2', [LEAF], [L1], { action: { type: 'undo', changeId: 'chg-1' } });
    const undone = kept()
      .record(lease)
      .after(150_000)
      .proposed(undo)
      .through('chg-2', ...KEPT);
    expect(undone.told()).toEqual([]);
  });

  it('finds a change of the loop without a lease', () => {
    expect(kept().told()).toEqual(['chg-1 was kept by the loop without a lease']);
  });

  it('finds one that stands long after its lease', () => {
    expect(kept().record(lease).after(150_000).told()).toEqual([
      'the lease of chg-1 ran out at 40000 ms, it stands',
    ]);
  });

  it('leaves what was found in its place to whoever put it there', () => {
    const found = {
      kind: 'change-adopted',
      id: changeId('chg-1'),
      device: L1,
      reason: '',
    } as const;
    expect(kept().record(lease).record(found).after(150_000).told()).toEqual([]);
  });

  it('lets a later change replace it, and a person see to a fenced device', () => {
    const later = changeOf('chg-2', [LEAF], [L1], { origin: 'operator' });
    expect(
      kept()
        .record(lease)
        .after(150_000)
        .proposed(later)
        .through('chg-2', ...KEPT)
        .told(),
    ).toEqual([]);
    const fenced = kept().prepared('chg-1', L2, [LEAF]).record(lease);
    fenced.record({ kind: 'device-fenced', device: L2, reason: '' });
    expect(fenced.after(150_000).told()).toEqual([]);
  });
});
