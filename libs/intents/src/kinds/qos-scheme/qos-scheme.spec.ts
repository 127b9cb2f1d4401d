import { deviceId, type IntentResource, type SchemeRequest, type Topology } from '@weir/core/model';
import fc from 'fast-check';
import { smallTopology } from '../../small-topology';
import { qosScheme } from '.';
import { wholeWeights } from './weights';

const resource = (spec: unknown): IntentResource => ({
  apiVersion: 'weir.dev/v1',
  kind: 'QosScheme',
  metadata: { name: 'plan', labels: {}, generation: 1, createdMs: 0 },
  priority: 100,
  spec,
});

const QUEUES = [
  ['real-time-inference', 'rt'],
  ['interactive', 'web'],
  ['training', 'train'],
  ['storage', 'bulk'],
  ['batch', 'bulk'],
  ['management', 'mgmt'],
  ['best-effort', 'be'],
] as const;

/** Both leaves are managed and have six queues. */
function topology(): Topology {
  const plain = smallTopology();
  const devices = new Map(
    [...plain.devices].map(([id, device]) => [
      id,
      { ...device, address: id === 'spine1' ? '' : 'x:1', queueOfClass: new Map(QUEUES) },
    ]),
  );
  return { ...plain, devices };
}

function settings(spec: unknown): SchemeRequest['settings'] {
  const result = qosScheme.compile(resource(spec), topology());
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value.schemes?.[0]?.settings ?? [];
}
function refusal(spec: unknown) {
  const result = qosScheme.compile(resource(spec), topology());
  if (result.ok) throw new Error('accepted');
  return [result.error.where, result.error.reason];
}

/** The default plan of the mission: management, best effort, bulk, training, real time. */
const PLAN = [
  {
    name: 'management',
    traffic: ['management'],
    sharePercent: 5,
    drop: { kind: 'tail', atPercent: 10 },
  },
  {
    name: 'best-effort',
    traffic: ['best-effort'],
    sharePercent: 20,
    drop: { kind: 'wred', minPercent: 50, maxPercent: 75 },
  },
  {
    name: 'bulk',
    traffic: ['batch', 'storage'],
    sharePercent: 25,
    burst: '500KB',
    drop: { kind: 'wred', minPercent: 60, maxPercent: 85, probabilityPercent: 50 },
  },
  {
    name: 'training',
    traffic: ['training'],
    sharePercent: 40,
    drop: { kind: 'wred', minPercent: 70, maxPercent: 90 },
    ecn: true,
  },
  { name: 'real-time', traffic: ['real-time-inference'], strict: true, sharePercent: 10 },
];
const ONE = { name: 'all', traffic: ['best-effort'], sharePercent: 100 };
const ON = { devices: ['leaf1'], interfaces: ['eth1'] };

describe('QosScheme', () => {
  it('says for each queue of each port how it is served, with weights in small whole numbers', () => {
    const found = settings({ classes: PLAN });
    const ports = new Set(found.map((item) => `${item.device}:${item.interface}`));
    expect([...ports]).toEqual(
      ['leaf1', 'leaf2'].flatMap((leaf) =>
        ['eth1', 'eth10', 'eth11'].map((port) => `${leaf}:${port}`),
      ),
    );
    const ofPort = found.filter(
      (item) => item.device === deviceId('leaf2') && item.interface === 'eth10',
    );
    const tapered = (minPercent: number, maxPercent: number, probabilityPercent = 100) => ({
      kind: 'wred',
      minPercent,
      maxPercent,
      probabilityPercent,
    });
    const at = { device: 'leaf2', interface: 'eth10', strict: false, limitBytes: null, ecn: false };
    const tail = { ...tapered(10, 10), kind: 'tail' };
    expect(ofPort).toEqual([
      { ...at, queue: 'mgmt', weight: 1, dscp: [8], drop: tail },
      { ...at, queue: 'be', weight: 4, dscp: [0], drop: tapered(50, 75) },
      {
        ...at,
        queue: 'bulk',
        weight: 5,
        dscp: [18],
        drop: tapered(60, 85, 50),
        limitBytes: 500_000,
      },
      { ...at, queue: 'train', weight: 8, dscp: [26], drop: tapered(70, 90), ecn: true },
      { ...at, queue: 'rt', weight: 0, dscp: [46], drop: null, strict: true },
    ]);
  });

  it('flattens tenants: a class has its part of the tenant', () => {
    const tenant = (name: string, sharePercent: number, classes: readonly unknown[]) => ({
      name,
      sharePercent,
      classes,
    });
    const found = settings({
      ...ON,
      tenants: [
        tenant('search', 40, [
          { name: 'serving', traffic: ['interactive'], sharePercent: 75 },
          { name: 'batch', traffic: ['batch'], sharePercent: 25 },
        ]),
        tenant('llm', 35, [{ name: 'training', traffic: ['training'], sharePercent: 100 }]),
        tenant('guests', 25, [{ name: 'all', traffic: ['best-effort'], sharePercent: 100 }]),
      ],
    });
    expect(found.map(({ queue, weight }) => [queue, weight])).toEqual([
      ['web', 6],
      ['bulk', 2],
      ['train', 7],
      ['be', 5],
    ]);
  });

  it('takes a bandwidth as part of the line rate of each port', () => {
    const half = { name: 'web', traffic: ['interactive'], bandwidth: '25G' };
    const rest = { ...ONE, sharePercent: 75 };
    expect(settings({ ...ON, classes: [half, rest] }).map(({ weight }) => weight)).toEqual([1, 3]);
    expect(refusal({ ...ON, classes: [{ ...half, bandwidth: '26G' }, rest] })).toEqual([
      'spec.classes[0].bandwidth',
      expect.stringContaining('leaf1:eth1 add up to 101.0 %'),
    ]);
  });

  const web = { name: 'web', traffic: ['interactive'], sharePercent: 50 };
  const be = { name: 'be', traffic: ['best-effort'], sharePercent: 50 };
  const tenants = (a: unknown, b: unknown) => [
    { name: 'a', sharePercent: 60, classes: [a] },
    { name: 'b', sharePercent: 40, classes: [b] },
  ];
  it.each<[string, Record<string, unknown>, string, string]>([
    ['shares below 100 %', { classes: [web] }, 'spec.classes', 'add up to 50 % of the port'],
    [
      'shares above 100 %',
      { classes: [web, { ...be, sharePercent: 51 }] },
      'spec.classes',
      '101 %',
    ],
    [
      'shares of a tenant',
      { tenants: tenants({ ...web, sharePercent: 99 }, ONE) },
      'spec.tenants[0].classes',
      '99 % of tenant a',
    ],
    ['shares of tenants', { tenants: tenants(ONE, web).slice(0, 1) }, 'spec.tenants', '60 %'],
    [
      'a name used twice',
      { classes: [web, { ...be, name: 'web' }] },
      'spec.classes[1].name',
      'twice',
    ],
    [
      'a code point used twice',
      { classes: [web, { ...be, dscp: [0, 34] }] },
      'spec.classes[1].dscp',
      '34 belongs to class web',
    ],
    [
      'traffic without a code point',
      { classes: [web, { ...be, traffic: ['storage'] }] },
      'spec.classes[1].dscp',
      'storage has no code point',
    ],
    [
      'tenants in one queue',
      { tenants: tenants(ONE, { ...ONE, dscp: [1] }) },
      'spec.tenants[1].classes[0].traffic',
      'serves class all already',
    ],
    [
      'a strict queue of one tenant',
      { tenants: tenants({ ...ONE, strict: true }, { ...ONE, traffic: ['batch'] }) },
      'spec.tenants[0].classes[0].strict',
      'before all other tenants',
    ],
    [
      'traffic of several queues',
      { classes: [{ ...ONE, traffic: ['training', 'interactive'] }] },
      'spec.classes[0].traffic',
      'several queues (train, web)',
    ],
    [
      'a queue that is not there',
      { classes: [{ ...ONE, queue: 'gold' }] },
      'spec.classes[0].queue',
      'has the queues rt, web',
    ],
    [
      'a device that is not there',
      { devices: ['leaf'], classes: [ONE] },
      'spec.devices[0]',
      'did you mean',
    ],
    [
      'a device that is not managed',
      { devices: ['spine1'], classes: [ONE] },
      'spec.devices[0]',
      'no address',
    ],
    [
      'ports that are not there',
      { interfaces: ['eth7'], classes: [ONE] },
      'spec.interfaces',
      'one of these',
    ],
    ['neither classes nor tenants', {}, 'spec.classes', 'exactly one of'],
    [
      'both a share and a rate',
      { classes: [{ ...ONE, bandwidth: '1G' }] },
      'spec.classes[0].sharePercent',
      'exactly one of',
    ],
    [
      'marks without depths',
      { classes: [{ ...ONE, ecn: true }] },
      'spec.classes[0].drop',
      'ecn needs',
    ],
    [
      'depths the wrong way round',
      { classes: [{ ...ONE, drop: { kind: 'red', minPercent: 60, maxPercent: 50 } }] },
      'spec.classes[0].drop.minPercent',
      'above maxPercent',
    ],
    [
      'a code point of seven bits',
      { classes: [{ ...ONE, dscp: [64] }] },
      'spec.classes[0].dscp[0]',
      '63',
    ],
    [
      'an unknown field',
      { classes: [{ ...ONE, dcsp: [0] }] },
      'spec.classes[0].dcsp',
      'did you mean',
    ],
  ])('refuses %s', (_, spec, where, reason) => {
    const [at, why] = refusal(spec);
    expect(at).toBe(where);
    expect(why).toContain(reason);
  });

  it('has an example that is one, and keeps a spec that means the same when it is parsed again', () => {
    expect(qosScheme.parse(qosScheme.example['spec']).ok).toBe(true);
    const once = qosScheme.parse({ classes: PLAN });
    if (!once.ok) throw new Error(once.error.reason);
    expect(qosScheme.parse(once.value)).toEqual(once);
    expect(settings(once.value)).toEqual(settings({ classes: PLAN }));
  });
});

describe('wholeWeights', () => {
  it('keeps proportions, and no class has none', () => {
    expect(wholeWeights([0.4, 0.35, 0.25])).toEqual([8, 7, 5]);
    expect(wholeWeights([])).toEqual([]);
    const shares = fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(shares, (raw) => {
        const sum = raw.reduce((total, item) => total + item, 0);
        const weights = wholeWeights(raw.map((item) => item / sum));
        const total = weights.reduce((all, weight) => all + weight, 0);
        for (const [i, weight] of weights.entries()) {
          expect(Number.isInteger(weight) && weight >= 1).toBe(true);
          // Rounding moves each class by some hundredths of a per cent.
          expect(Math.abs(weight / total - (raw[i] ?? 0) / sum)).toBeLessThan(raw.length * 2e-4);
        }
      }),
    );
  });
});
