import { proposeBodySchema } from './bodies';
import { formatIssues } from './issues';

const list = { weight: 2, segments: [16, 1_048_575] };
const policy = { device: 'leaf1', color: 1, endpoint: '10.0.0.9', segmentLists: [list] };
const parsed = (...policies: unknown[]) =>
  proposeBodySchema.safeParse({ action: { type: 'sr-policy', policies } });

describe('an SR policy in a request', () => {
  it('is taken with defaults and addresses in their usual spelling', () => {
    const six = {
      ...policy,
      endpoint: '2001:DB8:0::9',
      segmentLists: [{ segments: ['FC00:0:1::0'] }],
    };
    const result = parsed({ ...policy, preference: 0 }, six, {
      ...policy,
      color: 2,
      segmentLists: [],
    });
    if (!result.success) throw result.error;
    expect(result.data.action).toMatchObject({
      policies: [
        { preference: 0, segmentLists: [list] },
        {
          endpoint: '2001:db8::9',
          preference: 100,
          segmentLists: [{ weight: 1, segments: ['fc00:0:1::'] }],
        },
        { segmentLists: [] },
      ],
    });
  });

  const segments = (...given: unknown[]) => ({ ...policy, segmentLists: [{ segments: given }] });
  it.each([
    ['colour 0', { ...policy, color: 0 }, 'color'],
    ['a colour of 33 bits', { ...policy, color: 2 ** 32 }, 'color'],
    ['an endpoint that is none', { ...policy, endpoint: 'leaf9' }, 'endpoint'],
    ['a group as endpoint', { ...policy, endpoint: '224.0.0.1' }, 'endpoint'],
    ['a preference below 0', { ...policy, preference: -1 }, 'preference'],
    [
      'a weight of 0',
      { ...policy, segmentLists: [{ ...list, weight: 0 }] },
      'segmentLists[0].weight',
    ],
    ['no segment', segments(), 'segmentLists[0].segments'],
    ['a reserved label', segments(15), 'segmentLists[0].segments[0]'],
    ['a label of 21 bits', segments(2 ** 20), 'segmentLists[0].segments[0]'],
    ['an IPv4 segment', segments('10.0.0.1'), 'segmentLists[0].segments[0]'],
    ['labels beside SIDs', segments(16, 'fc00::'), 'segmentLists[0].segments'],
    ['nine lists', { ...policy, segmentLists: Array(9).fill(list) }, 'segmentLists'],
    ['seventeen segments', segments(...Array<number>(17).fill(16)), 'segmentLists[0].segments'],
  ])('is refused with %s', (_, given, where) => {
    const result = parsed(given);
    const paths = result.success ? [] : formatIssues(result.error).map(({ path }) => path);
    expect(paths).toEqual([`action.policies[0].${where}`]);
  });

  it('is refused twice for one colour and endpoint of a device', () => {
    const result = parsed(policy, { ...policy, preference: 5 });
    expect(result.success ? [] : formatIssues(result.error).map(({ path }) => path)).toEqual([
      'action.policies[1].color',
    ]);
  });
});
