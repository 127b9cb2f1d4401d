import type { LeafDiff } from '@weir/core/model';
import { protoPathText } from '@weir/gnmi';
import { setRequest } from './set-request';

const PROFILES = '/qos/queue-management-profiles/queue-management-profile';
const BINDING =
  '/qos/interfaces/interface[interface-id=e1]/output/queues/queue[name=rt]/config/queue-management-profile';
const diff = (path: string, before: LeafDiff['before'], after: LeafDiff['after']): LeafDiff => ({
  path,
  before,
  after,
});
const shape = (leaves: readonly LeafDiff[]) => {
  const request = setRequest(leaves, []);
  return {
    deletes: request.delete.map((path) => protoPathText(undefined, path)),
    updates: request.update.map((update) => [
      protoPathText(undefined, update.path),
      update.val?.value?.$case === 'jsonIetfVal' ? update.val.value.value.toString() : '?',
    ]),
  };
};

describe('setRequest', () => {
  it('writes scalars in JSON_IETF in the given order, 64-bit integers as strings', () => {
    const clone = `${PROFILES}[name=weir]`;
    const leaves = [
      diff(`${clone}/config/name`, null, 'weir'),
      diff(`${clone}/wred/uniform/config/max-threshold`, null, '18446744073709551615'),
      diff(`${clone}/wred/uniform/config/weight`, null, 0),
      diff(`${clone}/wred/uniform/config/enable-ecn`, null, true),
      diff(BINDING, 'old', 'weir'),
    ];
    expect(shape(leaves)).toEqual({
      deletes: [],
      updates: [
        [`${clone}/config/name`, '"weir"'],
        [`${clone}/wred/uniform/config/max-threshold`, '"18446744073709551615"'],
        [`${clone}/wred/uniform/config/weight`, '0'],
        [`${clone}/wred/uniform/config/enable-ecn`, 'true'],
        [BINDING, '"weir"'],
      ],
    });
  });

  it('deletes a list entry as one, after unbinding what refers to it', () => {
    const clone = `${PROFILES}[name=weir]`;
    const leaves = [
      diff(`${clone}/config/name`, 'weir', null),
      diff(`${clone}/wred/uniform/config/weight`, 0, null),
      diff(BINDING, 'weir', 'old'),
    ];
    expect(shape(leaves)).toEqual({ deletes: [BINDING, clone], updates: [[BINDING, '"old"']] });
  });

  it('deletes single leaves where the entry stays', () => {
    const leaves = [
      diff(`${PROFILES}[name=p]/red/uniform/config/min-threshold`, '1', null),
      diff(`${PROFILES}[name=p]/wred/uniform/config/min-threshold`, null, '1'),
    ];
    expect(shape(leaves).deletes).toEqual([leaves[0]?.path]);
  });

  it('takes the outermost of nested entries', () => {
    const profile = '/qos/buffer-allocation-profiles/buffer-allocation-profile[name=p]';
    const leaves = [
      diff(`${profile}/queues/queue[name=rt]/config/name`, 'rt', null),
      diff(`${profile}/config/name`, 'p', null),
    ];
    expect(shape(leaves).deletes).toEqual([profile]);
  });
});
