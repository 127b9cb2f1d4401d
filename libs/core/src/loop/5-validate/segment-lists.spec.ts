import { deviceId, type Device, type SrPolicyAction, type Topology } from '../../model';
import type { LoopEnv } from '../env';
import { initialLoopState } from '../loop';
import { Pass } from '../pass';
import { unresolved } from './segment-lists';

/** a - b - c in a row, and d by itself. */
const SIDS = { a: 16_001, b: 16_002, c: 'fc00:0:3::', d: 16_004 } as const;
const LINKS = [
  ['a', 'b'],
  ['b', 'c'],
] as const;

function refusalOf(
  segments: readonly (number | string)[],
  given: { named?: boolean; down?: string } = {},
) {
  const { named = true, down } = given;
  const devices = Object.entries(SIDS).map(([name, nodeSid]): [string, Device] => [
    name,
    { id: deviceId(name), ...(named ? { nodeSid } : {}) } as Device,
  ]);
  const topology = {
    devices: new Map(devices),
    links: LINKS.map(([a, b]) => ({
      a: { device: deviceId(a), interface: b },
      b: { device: deviceId(b), interface: a },
    })),
  } as unknown as Topology;
  const channelIndex = new Map(
    LINKS.flatMap(([a, b]) => [`${a}:${b}`, `${b}:${a}`]).map((key, i) => [key, i]),
  );
  const operStatus = Uint8Array.from(channelIndex.keys(), (key) => (key === down ? 0 : 1));
  const frame = { layout: { channelIndex }, channels: { operStatus } } as never;
  const state = { ...initialLoopState, observed: { ...initialLoopState.observed, frame } };
  const now = { monoMs: 0, wallMs: 0 };
  const action: SrPolicyAction = {
    type: 'sr-policy',
    policies: [
      {
        device: deviceId('a'),
        color: 1,
        endpoint: '10.0.0.1',
        preference: 100,
        segmentLists: [
          { weight: 1, segments: [16_002] },
          { weight: 1, segments },
        ],
      },
    ],
  };
  const result = unresolved(new Pass({ topology } as LoopEnv, state, now), action);
  return result === null || result.ok ? null : result.error;
}

describe('segment lists over the links of the model', () => {
  it.each([
    ['node SIDs in a row', [16_002, 'fc00:0:3::']],
    ['one far away, by way of others', ['fc00:0:3::']],
    ['there and back', [16_002, 16_001]],
    ['the headend itself', [16_001]],
    ['segments that the topology does not know', [24_001, 16_004]],
  ])('resolve: %s', (_, segments) => {
    expect(refusalOf(segments)).toBeNull();
  });

  it('are refused with the place of a node that no link leads to', () => {
    expect(refusalOf([16_002, 16_004])).toMatchObject({
      code: 'no-alternative',
      where: 'action.policies[0].segmentLists[1].segments[1]',
      reason: expect.stringContaining('the node SID of d') as string,
    });
  });

  it('are refused over a link that is down at either end', () => {
    for (const down of ['b:c', 'c:b'])
      expect(refusalOf(['fc00:0:3::'], { down })?.code).toBe('no-alternative');
  });

  it('are the routers business where the topology names no node SIDs', () => {
    expect(refusalOf([16_004], { named: false })).toBeNull();
  });
});
