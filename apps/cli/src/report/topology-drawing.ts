import type { FabricSpec } from '@weir/sim';
import { escapeHtml } from './escape';

const WIDTH = 1100;
const TIER_PX = 130;
const TOP_PX = 34;
/** More switches in one tier than this have their names in the tool tip only. */
const MAX_LABELS = 24;

type Role = FabricSpec['switches'][number]['role'];
const TIERS: readonly Role[] = ['superspine', 'spine', 'switch', 'leaf'];

interface Place {
  readonly x: number;
  readonly y: number;
  readonly crowded: boolean;
}

/**
 * The fabric by tiers as SVG. Each link carries the indices of its two channels in the recording,
 * by which the page colours it for the moment that the slider is at.
 */
export function topologyDrawing(spec: FabricSpec, channels: readonly string[]): string {
  const tiers = TIERS.map((role) => spec.switches.filter((entry) => entry.role === role)).filter(
    (tier) => tier.length > 0,
  );
  const places = new Map<string, Place>();
  for (const [row, tier] of tiers.entries())
    for (const [i, { name }] of tier.entries())
      places.set(name, {
        x: ((i + 0.5) * WIDTH) / tier.length,
        y: TOP_PX + row * TIER_PX,
        crowded: tier.length > MAX_LABELS,
      });
  const height = TOP_PX + (tiers.length - 1) * TIER_PX + 50;
  const index = new Map(channels.map((channel, i) => [channel, i]));
  return (
    `<svg id="fabric" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Fabric by tiers">` +
    `${links(spec, places, index)}${nodes(spec, places)}</svg>`
  );
}

function links(
  spec: FabricSpec,
  places: ReadonlyMap<string, Place>,
  index: ReadonlyMap<string, number>,
): string {
  const seen = new Map<string, number>();
  return spec.links
    .map(({ a, b }) => {
      const [from, to] = [a, b].map((port) => places.get(port.slice(0, port.indexOf(':'))));
      if (from === undefined || to === undefined) return '';
      // Parallel links lie beside each other.
      const pair = `${from.x},${from.y},${to.x},${to.y}`;
      const beside = seen.get(pair) ?? 0;
      seen.set(pair, beside + 1);
      const at = (place: Place): string => (place.x + beside * 4).toFixed(1);
      return (
        `<line class="link" data-a="${index.get(a) ?? -1}" data-b="${index.get(b) ?? -1}" ` +
        `x1="${at(from)}" y1="${from.y}" x2="${at(to)}" y2="${to.y}"><title>${escapeHtml(`${a} – ${b}`)}</title></line>`
      );
    })
    .join('');
}

function nodes(spec: FabricSpec, places: ReadonlyMap<string, Place>): string {
  const hosts = new Map<string, number>();
  for (const { attachedTo } of spec.endpoints) {
    const device = attachedTo.slice(0, attachedTo.indexOf(':'));
    hosts.set(device, (hosts.get(device) ?? 0) + 1);
  }
  return spec.switches
    .map(({ name, group }) => {
      const place = places.get(name);
      if (place === undefined) return '';
      const { x, y, crowded } = place;
      const count = hosts.get(name);
      const below = count === undefined ? '' : `${count} hosts`;
      const label = crowded
        ? ''
        : `<text text-anchor="middle" x="${x.toFixed(1)}" y="${y + 4}">${escapeHtml(name)}</text>` +
          `<text class="hosts" text-anchor="middle" x="${x.toFixed(1)}" y="${y + 28}">${below}</text>`;
      const half = crowded ? 5 : 31;
      return (
        `<g class="switch"><rect x="${(x - half).toFixed(1)}" y="${y - 11}" width="${2 * half}" height="22" rx="4"/>` +
        `${label}<title>${escapeHtml(`${name}, group ${group}${below && `, ${below}`}`)}</title></g>`
      );
    })
    .join('');
}
