import { strategies } from '@weir/algorithms';
import type { Objective, TelemetryFrame } from '../../model';
import { channel, evidenceOf } from '../evidence/testing/evidence';
import { CAPACITY_BPS, clos, frameOf, NOW, passOf } from '../guard/testing/network';
import { Pass } from '../pass';
import { rerouteCandidate } from './reroute';

const network = clos(2, 4);
const at = (leaf: string) =>
  [...network.topology.endpoints.values()].find(({ attachedTo }) => attachedTo.device === leaf)?.id;
const objective = {
  id: 'o',
  metric: 'request-latency',
  flows: [{ sources: [at('l1')], destinations: [at('l2')] }],
} as unknown as Objective;
const SPEC = { type: 'reroute', targetUtilizationRatio: 0.6 } as const;

/** What l1 sends to l2, 1 Gb/s, by the loads of its uplinks; all other links are at 10 %. */
function candidate(loads: Readonly<Record<string, number>>, down: readonly string[] = []) {
  const plain = frameOf(network, down);
  const loadOf = (key: string): number => (down.includes(key) ? 0 : (loads[key] ?? 0.1));
  const keys = [...plain.layout.channelIndex.keys()];
  const prefix = '10.0.2.0/24';
  const frame = {
    ...plain,
    layout: { ...plain.layout, prefixIndex: new Map([[`l1|${prefix}`, 0]]) },
    channels: {
      ...plain.channels,
      txBps: Float64Array.from(keys, (key) => CAPACITY_BPS * loadOf(key)),
    },
    prefixes: { txBps: Float64Array.of(1e9) },
  } as unknown as TelemetryFrame;
  const evidence = evidenceOf({
    channels: keys.map((key) => channel({ key, utilizationRatio: loadOf(key) })),
    down,
  });
  const { env, durable, observed } = passOf(network, { frame });
  const pass = new Pass({ ...env, strategies }, { durable, observed }, NOW);
  const found = rerouteCandidate(pass, SPEC, {
    ...evidence,
    state: { ...evidence.state, objective },
  });
  const route = found?.action.type === 'reroute' ? found.action.routes[0] : undefined;
  return { weights: route?.weights, gainRatio: found?.predicted.gainRatio };
}

describe('rerouteCandidate', () => {
  it('leaves a full link for those below the target', () => {
    const { weights, gainRatio } = candidate({ 'l1:s1': 1 });
    expect(weights).toMatchObject({ s1: 0 });
    expect(gainRatio).toBeLessThan(-0.9);
  });

  it('tells a full link from those above the target that have room to the limit of the policy', () => {
    const { weights, gainRatio } = candidate({
      ...{ 'l1:s1': 1, 'l1:s2': 0.8, 'l1:s3': 0.85, 'l1:s4': 0.92 },
    });
    expect(weights).toMatchObject({ s1: 0, s4: 0 });
    expect(weights?.['s2']).toBeGreaterThan(weights?.['s3'] ?? NaN);
    expect(gainRatio).toBeLessThan(-0.2);
  });

  it('spreads evenly where none has room', () => {
    const full = { 'l1:s1': 1, 'l1:s2': 0.95, 'l1:s3': 0.95, 'l1:s4': 0.95 };
    expect(candidate(full).weights).toBeUndefined();
  });

  it('takes a link that is down for no way, neither now nor afterwards', () => {
    const loads = { 'l1:s1': 1, 'l1:s2': 0.85, 'l1:s3': 0.85 };
    const { weights, gainRatio } = candidate(loads, ['l1:s4', 's4:l1']);
    expect(weights).toMatchObject({ s1: 0 });
    // Of three ways the full one is left. A dead one among four would seem to be the best of them.
    expect(gainRatio).toBeLessThan(-0.2);
  });
});
