import type { Policy, TelemetryFrame } from '../../model';
import { routingOf } from '../network';
import type { ObjectiveState, ObservedState } from '../observed';
import { Pass } from '../pass';
import { foretoldLoad, type Bound } from './load';
import type { LoadPicture, LoadSeries } from './state';

/**
 * The pass as it would be at the horizon: the columns hold the loads that are forecast, at one end of
 * the interval or in its middle, and the objective is missed. Facts, candidates and what-if are asked
 * about it exactly as about the present. Records that it collects are dropped with it.
 */
export function futurePass(pass: Pass, state: ObjectiveState, bound: Bound): Pass | null {
  const { frame, trend, forecast, objectives } = pass.observed;
  if (frame === null || forecast === null) return null;
  const { picture } = forecast;
  const loads = { series: forecast.series, bound, picture };
  const next = withLoads(pass, frame, loads);
  const { channels, prefixes } = next;
  const present = { durable: pass.durable, observed: unhedged(pass.observed) };
  const future = new Pass(pass.env, present, pass.now);
  future.looked = pass.looked;
  future.observe({
    frame: next,
    trend: trend === null ? null : { ...trend, txBps: channels.txBps, prefixBps: prefixes.txBps },
    objectives: new Map(objectives).set(state.objective.id, { ...state, state: 'breached' }),
  });
  return future;
}

/** What demands are expected to be in the next minutes is of the present; the columns say it here. */
const unhedged = ({ demand: _demand, ...observed }: ObservedState): ObservedState => observed;

/** The policy with nothing but the rules that may act on what is foreseen. */
export const foreseeing = (policy: Policy): Policy => ({
  ...policy,
  rules: policy.rules.filter(({ foresee }) => foresee === true),
});

interface Loads {
  readonly series: ReadonlyMap<string, LoadSeries>;
  readonly bound: Bound;
  readonly picture: LoadPicture | null;
}

function withLoads(pass: Pass, frame: TelemetryFrame, loads: Loads): TelemetryFrame {
  const { layout } = frame;
  const txBps = frame.channels.txBps.slice();
  const loadOf = foretoldLoad(loads.series, loads.bound);
  const devices = new Set<number>();
  for (const key of loads.series.keys()) {
    const row = layout.channelIndex.get(key);
    const load = loadOf(key);
    if (row === undefined || Number.isNaN(load)) continue;
    const { device, capacityBps } = layout.channels[row] as (typeof layout.channels)[number];
    txBps[row] = load * capacityBps;
    devices.add(device);
  }
  return {
    ...frame,
    channels: { ...frame.channels, txBps },
    prefixes: { ...frame.prefixes, txBps: prefixRates(pass, frame, txBps, devices, loads.picture) },
  };
}

/**
 * The traffic of each prefix that makes such loads: as it was when an objective was last hurt, since
 * what comes is mostly not there yet, scaled to the loads of the ports that lead to the prefix.
 */
function prefixRates(
  pass: Pass,
  { layout, channels, prefixes }: TelemetryFrame,
  txBps: Float64Array,
  devices: ReadonlySet<number>,
  picture: LoadPicture | null,
): Float64Array {
  const known = picture !== null && picture.revision === layout.revision ? picture : null;
  const channelBps = known?.channelBps ?? channels.txBps;
  const prefixBps = known?.prefixBps ?? prefixes.txBps;
  const next = prefixes.txBps.slice();
  const model = routingOf(pass);
  layout.prefixes.forEach(({ device, prefix }, row) => {
    if (!devices.has(device)) return;
    const name = layout.devices[device];
    if (name === undefined) return;
    let [before, after] = [0, 0];
    for (const hop of model.nextHops(name, prefix)) {
      const channel = layout.channelIndex.get(`${name}:${hop.interface}`);
      if (channel === undefined) continue;
      before += finite(channelBps[channel]);
      after += finite(txBps[channel]);
    }
    const bps = prefixBps[row] ?? NaN;
    if (before > 0 && !Number.isNaN(bps)) next[row] = (bps * after) / before;
  });
  return next;
}

const finite = (bps: number | undefined): number =>
  bps === undefined || Number.isNaN(bps) ? 0 : bps;
