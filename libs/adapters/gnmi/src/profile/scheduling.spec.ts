import fc from 'fast-check';
import type { Result } from '@weir/core/base';
import type { ConfigImage, LeafDiff, LeafValue } from '@weir/core/model';
import { deviceId, inverseOf, patched } from '@weir/core/model';
import { OpenConfigProfile } from './openconfig-profile';

const profile = new OpenConfigProfile();
const POLICY = '/qos/scheduler-policies/scheduler-policy';
const policy = (name: string) => `${POLICY}[name=${name}]`;
const scheduler = (name: string, sequence: number) =>
  `${policy(name)}/schedulers/scheduler[sequence=${sequence}]`;
const input = (name: string, sequence: number, id: string) =>
  `${scheduler(name, sequence)}/inputs/input[id=${id}]/config`;
const port = (name: string) => `/qos/interfaces/interface[interface-id=${name}]`;
const binding = (name: string) => `${port(name)}/output/scheduler-policy/config/name`;

/** Control strictly first, then real time with weight 1 beside bulk with 9 and the rest with 2. */
function image(): Map<string, LeafValue> {
  const leaves = new Map<string, LeafValue>();
  leaves.set(`${policy('shared')}/config/name`, 'shared');
  leaves.set(`${scheduler('shared', 1)}/config/sequence`, 1);
  leaves.set(`${scheduler('shared', 1)}/config/priority`, 'STRICT');
  leaves.set(`${scheduler('shared', 2)}/config/sequence`, 2);
  const add = (sequence: number, queue: string, weight: string | null): void => {
    const path = input('shared', sequence, `in-${queue}`);
    leaves.set(`${path}/id`, `in-${queue}`);
    leaves.set(`${path}/input-type`, 'QUEUE');
    leaves.set(`${path}/queue`, queue);
    if (weight !== null) leaves.set(`${path}/weight`, weight);
  };
  add(1, 'control', null);
  add(2, 'rt', '1');
  add(2, 'bulk', '9');
  add(2, 'rest', '2');
  for (const name of ['eth1', 'eth2']) {
    leaves.set(`${port(name)}/config/interface-id`, name);
    leaves.set(binding(name), 'shared');
  }
  return leaves;
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value;
}
const refusal = (result: Result<unknown>) => (result.ok ? 'ok' : result.error.code);
const sorted = (leaves: ConfigImage) => [...leaves].sort(([a], [b]) => (a < b ? -1 : 1));
const undo = (after: ConfigImage, leaves: readonly LeafDiff[]) =>
  patched(after, inverseOf({ device: deviceId('d'), leaves }).leaves);
const scheduling = (leaves: ConfigImage, name: string, queue: string) =>
  profile.queue(leaves, name, queue)?.scheduling;

describe('OpenConfigProfile scheduling', () => {
  it('reads weight, total and priority of a queue by the policy bound to its port', () => {
    const base = image();
    expect(scheduling(base, 'eth1', 'rt')).toEqual({ strict: false, weight: 1, totalWeight: 12 });
    expect(scheduling(base, 'eth2', 'bulk')).toEqual({ strict: false, weight: 9, totalWeight: 12 });
    expect(scheduling(base, 'eth1', 'control')).toEqual({
      strict: true,
      weight: 0,
      totalWeight: 0,
    });
    expect(profile.queue(base, 'eth1', 'nobody')).toBeNull();
    expect(profile.queue(base, 'eth3', 'rt')).toBeNull();
  });

  it('takes an input without weight as one, and counts each sequence by itself', () => {
    const base = image();
    base.delete(`${input('shared', 2, 'in-rest')}/weight`);
    base.set(`${input('shared', 3, 'in-late')}/id`, 'in-late');
    base.set(`${input('shared', 3, 'in-late')}/queue`, 'late');
    expect(scheduling(base, 'eth1', 'rest')).toEqual({ strict: false, weight: 1, totalWeight: 11 });
    expect(scheduling(base, 'eth1', 'late')).toEqual({ strict: false, weight: 1, totalWeight: 1 });
  });

  it('clones a shared policy, binds the clone last, and the inverse deletes it', () => {
    const base = image();
    const setting = { interface: 'eth1', queue: 'rt', weight: 11 };
    const leaves = value(profile.renderScheduler(base, setting));
    expect(leaves.at(-1)).toEqual({ path: binding('eth1'), before: 'shared', after: 'weir-eth1' });
    const after = patched(base, leaves);
    expect(profile.checkSchema(after)).toEqual({ ok: true, value: undefined });
    expect(scheduling(after, 'eth1', 'rt')).toEqual({ strict: false, weight: 11, totalWeight: 22 });
    expect(scheduling(after, 'eth1', 'control')?.strict).toBe(true);
    expect(scheduling(after, 'eth2', 'rt')?.weight).toBe(1);
    expect(sorted(undo(after, leaves))).toEqual(sorted(base));

    const again = value(profile.renderScheduler(after, { ...setting, weight: 12 }));
    const path = `${input('weir-eth1', 2, 'in-rt')}/weight`;
    expect(again).toEqual([{ path, before: '11', after: '12' }]);
  });

  it('does not take the name of another binding for a use of the policy', () => {
    const base = image();
    base.set(binding('eth2'), 'other').set(`${policy('other')}/config/name`, 'other');
    base.set(`${port('eth2')}/output/queues/queue[name=shared]/config/name`, 'shared');
    const leaves = value(
      profile.renderScheduler(base, { interface: 'eth1', queue: 'rt', weight: 3 }),
    );
    expect(leaves.map((leaf) => leaf.path)).toEqual([`${input('shared', 2, 'in-rt')}/weight`]);
  });

  it.each<[string, { interface: string; queue: string; weight: number }, string, string]>([
    ['no policy', { interface: 'eth9', queue: 'rt', weight: 2 }, 'capability-missing', 'eth9'],
    ['no such queue', { interface: 'eth1', queue: 'x', weight: 2 }, 'capability-missing', 'shared'],
    [
      'strict',
      { interface: 'eth1', queue: 'control', weight: 2 },
      'capability-missing',
      'in-control',
    ],
    ['weight 0', { interface: 'eth1', queue: 'rt', weight: 0 }, 'schema-invalid', 'in-rt'],
    ['half a weight', { interface: 'eth1', queue: 'rt', weight: 1.5 }, 'schema-invalid', 'in-rt'],
    ['no number', { interface: 'eth1', queue: 'rt', weight: NaN }, 'schema-invalid', 'in-rt'],
  ])('refuses %s', (_name, setting, code, where) => {
    const refused = profile.renderScheduler(image(), setting);
    expect(refusal(refused)).toBe(code);
    expect(refused.ok ? '' : refused.error.where).toContain(where);
  });

  it('reads a static limit with what the queue owns, and none where the limit is dynamic', () => {
    const base = image();
    const buffer =
      '/qos/buffer-allocation-profiles/buffer-allocation-profile[name=b]/queues/queue[name=rt]/config';
    base.set(`${port('eth1')}/output/config/buffer-allocation-profile`, 'b');
    base.set(`${buffer}/name`, 'rt').set(`${buffer}/dedicated-buffer`, '1000');
    expect(profile.queue(base, 'eth1', 'rt')?.limitBytes).toBeNull();
    base.set(`${buffer}/shared-buffer-limit-type`, 'STATIC');
    base.set(`${buffer}/static-shared-buffer-limit`, 60_000);
    expect(profile.queue(base, 'eth1', 'rt')?.limitBytes).toBe(61_000);
    base.set(`${buffer}/use-shared-buffer`, false);
    expect(profile.queue(base, 'eth1', 'rt')?.limitBytes).toBe(1_000);
  });

  it('inputs of one scheduler are one thing to the guards, like the next hops of a route', () => {
    const of = (path: string) => profile.resourceOf(path);
    expect(of(`${input('p', 2, 'a')}/weight`)).toBe(of(`${input('p', 2, 'b')}/weight`));
    expect(of(`${input('p', 2, 'a')}/weight`)).not.toBe(of(`${input('p', 3, 'a')}/weight`));
    expect(of(`${input('p', 2, 'a')}/weight`)).not.toBe(of(`${input('q', 2, 'a')}/weight`));
  });

  it.each<[string, string, LeafValue | null, string]>([
    ['a policy that is not there', binding('eth1'), 'nobody', binding('eth1')],
    ['weight 0', `${input('shared', 2, 'in-rt')}/weight`, '0', 'in-rt'],
    ['a weight below 0', `${input('shared', 2, 'in-rt')}/weight`, '-1', 'in-rt'],
    ['an input without its queue', `${input('shared', 2, 'in-rt')}/queue`, null, 'in-rt'],
    ['the weight of nothing', `${input('shared', 2, 'ghost')}/weight`, '3', 'ghost'],
    ['another priority', `${scheduler('shared', 1)}/config/priority`, 'FIRST', 'priority'],
    ['a key that differs', `${policy('shared')}/config/name`, 'other', 'shared'],
    ['the bound policy deleted', `${policy('shared')}/config/name`, null, binding('eth1')],
  ])('checkSchema rejects %s', (_name, path, leaf, where) => {
    const after = image();
    if (leaf === null) after.delete(path);
    else after.set(path, leaf);
    const checked = profile.checkSchema(after);
    expect(refusal(checked)).toBe('schema-invalid');
    expect(checked.ok ? '' : checked.error.where).toContain(where);
  });

  it('lets a strict queue have weight 0: it is not served by it', () => {
    const base = image().set(`${input('shared', 1, 'in-control')}/weight`, '0');
    expect(profile.checkSchema(base).ok).toBe(true);
  });

  it('property: any weights in any order are valid, are read back, and undone exactly', () => {
    const settings = fc.array(
      fc.record({
        interface: fc.constantFrom('eth1', 'eth2'),
        queue: fc.constantFrom('rt', 'bulk', 'rest'),
        weight: fc.integer({ min: 1, max: 1_000_000 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(settings, (list) => {
        let now: ConfigImage = image();
        for (const setting of list) {
          const leaves = value(profile.renderScheduler(now, setting));
          const after = patched(now, leaves);
          expect(profile.checkSchema(after)).toEqual({ ok: true, value: undefined });
          expect(scheduling(after, setting.interface, setting.queue)?.weight).toBe(setting.weight);
          const other = setting.interface === 'eth1' ? 'eth2' : 'eth1';
          for (const queue of ['rt', 'bulk', 'rest'])
            expect(scheduling(after, other, queue)).toEqual(scheduling(now, other, queue));
          expect(sorted(undo(after, leaves))).toEqual(sorted(now));
          now = after;
        }
      }),
      { numRuns: 60 },
    );
  });
});
