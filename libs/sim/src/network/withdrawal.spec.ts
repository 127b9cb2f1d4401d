import fc from 'fast-check';
import { leafSpine } from '../topology';
import { Network } from './network';
import { Routing } from './routing';
import { defaultSettings } from './settings';

const LEAVES = 3;
const SPINES = 3;

function fabric(remoteFailures: 'black-hole' | 'withdrawn') {
  const spec = {
    ...leafSpine({ leaves: LEAVES, spines: SPINES, hostPortsPerLeaf: 1 }),
    remoteFailures,
  };
  const network = new Network(spec);
  const routing = new Routing(network, 1);
  spec.switches.forEach(({ name }, i) => routing.configure(i, defaultSettings(spec, name, {})));
  const set = (leaf: number, spine: number, up: boolean): void => {
    const channels = network.channelsOfLink(`leaf${leaf}:eth${spine}--spine${spine}:eth${leaf}`);
    for (const channel of channels) channel.fault.up = up;
    routing.changed(channels.map(({ index }) => index));
  };
  const weights = (leaf: number, prefix: string, entries: readonly number[]): void => {
    const device = network.device(`leaf${leaf}`);
    const settings = routing.settingsOf(device);
    const hops = entries.map((weight, i) => ({ interface: `eth${i + 1}`, weight }));
    routing.configure(device, { ...settings, routes: new Map(settings.routes).set(prefix, hops) });
  };
  return { spec, network, routing, set, weights };
}

const delivered = (routing: Routing, from: string, to: string): number =>
  routing.spread(from, to).reduce((sum, { fraction }) => sum + fraction, 0);

describe('a link that fails beyond the next hop', () => {
  it('loses what static routes still send there', () => {
    const { routing, set } = fabric('black-hole');
    set(2, 1, false);
    expect(delivered(routing, 'h1-1', 'h2-1')).toBeCloseTo(42 / 64, 9);
  });

  it('costs no traffic where next hops are withdrawn, and gives the way back when it heals', () => {
    const { routing, set } = fabric('withdrawn');
    const before = routing.spread('h1-1', 'h2-1');
    set(2, 1, false);
    expect(routing.spread('h1-1', 'h2-1')).toHaveLength(2);
    expect(delivered(routing, 'h1-1', 'h2-1')).toBeCloseTo(1, 9);
    expect(delivered(routing, 'h1-1', 'h3-1')).toBeCloseTo(1, 9);
    set(2, 1, true);
    expect(routing.spread('h1-1', 'h2-1')).toEqual(before);
  });

  it('needs no route at the switch that a host is connected to', () => {
    const { network, routing } = fabric('withdrawn');
    const leaf = network.device('leaf2');
    const settings = routing.settingsOf(leaf);
    const routes = new Map(settings.routes);
    routes.delete('10.2.1.0/24');
    routing.configure(leaf, { ...settings, routes });
    expect(delivered(routing, 'h1-1', 'h2-1')).toBeCloseTo(1, 9);
  });

  it('withdraws a next hop that somebody configured to have no way on', () => {
    const { network, routing } = fabric('withdrawn');
    const spine = network.device('spine2');
    const settings = routing.settingsOf(spine);
    expect(routing.spread('h1-1', 'h2-1')).toHaveLength(3);
    const routes = new Map(settings.routes).set('10.2.1.0/24', []);
    routing.configure(spine, { ...settings, routes });
    expect(routing.spread('h1-1', 'h2-1')).toHaveLength(2);
    routing.configure(spine, settings);
    expect(routing.spread('h1-1', 'h2-1')).toHaveLength(3);
  });

  it('does the same in a fork, whichever way was known before it', () => {
    const { network, routing } = fabric('withdrawn');
    const spine = network.device('spine2');
    const settings = routing.settingsOf(spine);
    const routes = new Map(settings.routes).set('10.2.1.0/24', []);
    routing.configure(spine, { ...settings, routes });
    expect(routing.spread('h1-1', 'h2-1')).toHaveLength(2);
    const fork = routing.fork(network.fork());
    for (const one of [routing, fork]) {
      one.configure(spine, settings);
      expect(one.spread('h1-1', 'h2-1')).toHaveLength(3);
    }
  });

  it('delivers everything as long as any way is left, whatever failed before', () => {
    const failures = fc.array(
      fc.tuple(
        fc.integer({ min: 1, max: LEAVES }),
        fc.integer({ min: 1, max: SPINES }),
        fc.boolean(),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(
        failures,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }),
        (steps, entries) => {
          const { routing, set, weights } = fabric('withdrawn');
          const up = new Map<string, boolean>();
          weights(1, '10.2.1.0/24', entries);
          for (const [leaf, spine, state] of steps) {
            set(leaf, spine, state);
            up.set(`${leaf}/${spine}`, state);
            const way = Array.from({ length: SPINES }, (_, i) => i + 1).some(
              (number) => (up.get(`1/${number}`) ?? true) && (up.get(`2/${number}`) ?? true),
            );
            expect(delivered(routing, 'h1-1', 'h2-1')).toBeCloseTo(way ? 1 : 0, 9);
            expect(routing.single('h1-1', 'h2-1', 'flow') !== null).toBe(way);
          }
        },
      ),
    );
  });
});
