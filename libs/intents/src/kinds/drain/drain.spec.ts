import type { IntentResource } from '@weir/core/model';
import { smallTopology } from '../../small-topology';
import { drain } from '.';

const resource = (spec: unknown): IntentResource => ({
  apiVersion: 'weir.dev/v1',
  kind: 'Drain',
  metadata: { name: 'optics', labels: {}, generation: 1, createdMs: 0 },
  priority: 500,
  spec,
});
const compile = (spec: unknown) => drain.compile(resource(spec), smallTopology());

describe('Drain', () => {
  it.each(['leaf1:eth1', 'spine1:eth1', 'leaf1:eth1--spine1:eth1', 'spine1:eth1--leaf1:eth1'])(
    'finds the link by %s',
    (link) => {
      expect(compile({ link })).toEqual({
        ok: true,
        value: {
          objectives: [],
          drains: [
            {
              id: 'Drain/optics',
              intent: 'Drain/optics',
              priority: 500,
              target: { kind: 'link', link: 'leaf1:eth1--spine1:eth1' },
            },
          ],
        },
      });
    },
  );

  it('finds a device', () => {
    const result = compile({ device: 'spine1', reason: 'new software' });
    expect(result.ok && result.value.drains[0]?.target).toEqual({
      kind: 'device',
      device: 'spine1',
    });
  });

  it.each([
    ['nothing to drain', {}, 'spec.link', 'exactly one of'],
    ['both', { link: 'leaf1:eth1', device: 'leaf1' }, 'spec.link', 'exactly one of'],
    ['an unknown device', { device: 'spine' }, 'spec.device', 'did you mean "spine1"?'],
    ['an unknown link', { link: 'leaf1:eth7' }, 'spec.link', 'did you mean "leaf1:eth1"?'],
    ['a host port', { link: 'leaf1:eth10' }, 'spec.link', 'no link'],
    ['an unknown field', { devcie: 'leaf1' }, 'spec.devcie', 'did you mean "device"?'],
  ])('refuses %s', (_, spec, where, reason) => {
    const result = compile(spec);
    if (result.ok) throw new Error('accepted');
    expect(result.error).toMatchObject({ code: 'intent-invalid', where });
    expect(result.error.reason).toContain(reason);
  });
});
