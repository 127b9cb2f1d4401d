import type { Change, ChangeId, RouteWeights } from '../../model';
import { routingOf } from '../network';
import type { Pass } from '../pass';

/**
 * Routes were written: what was measured on the links that they lead to, now or before, is of another
 * world. Others keep what they learnt. Links whose part in the routes of an objective changed by
 * somebody else's hand are found by that part.
 */
export function forgetForecasts(pass: Pass, id: ChangeId | null): void {
  const { forecast } = pass.observed;
  const change = id === null ? undefined : pass.durable.changes.get(id);
  if (forecast === null || change === undefined) return;
  const series = new Map(forecast.series);
  for (const route of routesOf(pass, change))
    for (const channel of channelsBehind(pass, route)) series.delete(channel);
  if (series.size !== forecast.series.size) pass.observe({ forecast: { ...forecast, series } });
}

/** Of a change, or of the one that it takes back. */
function routesOf(pass: Pass, { action }: Change): readonly RouteWeights[] {
  if (action.type === 'reroute') return action.routes;
  if (action.type !== 'undo') return [];
  const undone = pass.durable.changes.get(action.changeId as ChangeId)?.action;
  return undone?.type === 'reroute' ? undone.routes : [];
}

/** The next hops of the route, whatever weight they have, and all that lies behind them. */
function channelsBehind(pass: Pass, { device, prefix, weights }: RouteWeights): Set<string> {
  const model = routingOf(pass);
  const channels = new Set<string>();
  for (const name of Object.keys(weights)) {
    channels.add(`${device}:${name}`);
    const peer = model.peer(device, name);
    if (peer === null) continue;
    for (const key of model.spread(peer.device, prefix).shares.keys()) channels.add(key);
  }
  return channels;
}
