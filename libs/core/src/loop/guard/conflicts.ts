import { refuse, type Refusal } from '../../base';
import {
  intentId,
  type Change,
  type CompiledIntent,
  type ConfigImage,
  type DeviceId,
  type DrainRequest,
  type IntentId,
  type IntentResource,
} from '../../model';
import type { Pass } from '../pass';
import { sharedDevice } from './scheme-conflicts';
import { cablingOf, deliveryOf, downPorts } from './ways';
import { World } from './world';

/** Which drain has to wait for which other one, by its id. */
export type Overruled = ReadonlyMap<string, DrainRequest>;

type Claim = DrainRequest & { readonly createdMs: number };

interface Known {
  readonly images: ReadonlyMap<DeviceId, ConfigImage>;
  readonly intents: object;
  readonly answer: Overruled;
}
const known = new WeakMap<object, Known>();

/**
 * Drains that cannot stand together: each would be harmless alone, and with the others a prefix
 * would lose its last way or its spare. They are served by priority, then by age; the rest waits,
 * and what it had taken out of use before comes back.
 */
export function overruledDrains(pass: Pass): Overruled {
  const { compiled, images } = pass.observed;
  const { intents } = pass.durable;
  const cached = known.get(compiled);
  if (cached !== undefined && cached.images === images && cached.intents === intents)
    return cached.answer;
  const answer = servedInOrder(pass, claimsOf(pass)).overruled;
  known.set(compiled, { images, intents, answer });
  return answer;
}

/** Refuses a drain or a scheme that would have to wait for one that is there already. */
export function conflictOf(
  pass: Pass,
  intent: IntentResource,
  compiled: CompiledIntent,
): Refusal | null {
  const { drains } = compiled;
  const id = intentId(intent.kind, intent.metadata.name);
  const shared = sharedDevice(pass, id, compiled);
  if (shared !== null) {
    const reason = `${shared.other} is for ${shared.device} too, and a device has one scheme`;
    return refuse('intent-conflict', 'spec.devices', reason).error;
  }
  const { createdMs } = intent.metadata;
  const others = claimsOf(pass).filter((claim) => claim.intent !== id);
  const own = drains.map((drain) => ({ ...drain, createdMs }));
  const { overruled } = servedInOrder(pass, [...others, ...own]);
  for (const drain of own) {
    const other = overruled.get(drain.id);
    if (other === undefined) continue;
    const reason = `together with ${other.intent} (priority ${other.priority}) a prefix would lose its last way or its spare`;
    const refusal = refuse('intent-conflict', 'spec', reason);
    return refusal.error;
  }
  return null;
}

function claimsOf(pass: Pass): readonly Claim[] {
  const claims: Claim[] = [];
  for (const [id, { value }] of pass.observed.compiled) {
    const createdMs = pass.durable.intents.get(id)?.metadata.createdMs ?? 0;
    for (const drain of value.drains) claims.push({ ...drain, createdMs });
  }
  return claims;
}

function servedInOrder(pass: Pass, claims: readonly Claim[]): { overruled: Overruled } {
  const overruled = new Map<string, DrainRequest>();
  if (claims.length < 2) return { overruled };
  const ordered = [...claims].sort(
    (a, b) => b.priority - a.priority || a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1),
  );
  const network = new Undrained(pass);
  const served: Claim[] = [];
  for (const claim of ordered) {
    // What is wrong with it alone its own plan will say; that is no conflict.
    const alone = network.harmOf([claim]);
    const harmful = (others: readonly Claim[]): boolean =>
      [...network.harmOf([...others, claim])].some((place) => !alone.has(place));
    if (!harmful(served)) {
      served.push(claim);
      continue;
    }
    const culprit = served.find((other) => !harmful(served.filter((item) => item !== other)));
    overruled.set(claim.id, culprit ?? (served[0] as Claim));
  }
  return { overruled };
}

/** The network as it would be without what intents have changed in it. */
class Undrained {
  private readonly world: World;
  private readonly down: ReadonlySet<string>;
  private readonly prefixes: readonly string[];
  private readonly before = new Map<string, ReadonlyMap<DeviceId, number>>();

  constructor(private readonly pass: Pass) {
    this.world = new World(pass);
    for (const change of [...pass.durable.changes.values()].reverse())
      if (isStanding(change)) this.world.without(change);
    this.down = downPorts(pass);
    this.prefixes = [...cablingOf(pass.env.topology).owners.keys()];
  }

  /** Places, as `device prefix`, that would lose their last way or their spare. */
  harmOf(drains: readonly DrainRequest[]): ReadonlySet<string> {
    const closed = new Set(this.down);
    const gone = new Set<string>();
    for (const { target } of drains) {
      if (target.kind === 'device') gone.add(target.device);
      for (const { id, a, b } of this.pass.env.topology.links) {
        const hit =
          target.kind === 'link'
            ? id === target.link
            : a.device === target.device || b.device === target.device;
        if (hit) closed.add(`${a.device}:${a.interface}`).add(`${b.device}:${b.interface}`);
      }
    }
    const { owners } = cablingOf(this.pass.env.topology);
    const harm = new Set<string>();
    for (const prefix of this.prefixes) {
      // Who drains a switch with hosts of its own gives those up.
      if ([...(owners.get(prefix) ?? [])].some((owner) => gone.has(owner))) continue;
      const after = deliveryOf(this.pass, [this.world], prefix, closed).ways;
      for (const [device, had] of this.waysBefore(prefix)) {
        const has = after.get(device) ?? 0;
        const worse = (had >= 1 && has === 0) || (had >= 2 && has < 2);
        if (worse && !gone.has(device)) harm.add(`${device} ${prefix}`);
      }
    }
    return harm;
  }

  private waysBefore(prefix: string): ReadonlyMap<DeviceId, number> {
    const ways =
      this.before.get(prefix) ?? deliveryOf(this.pass, [this.world], prefix, this.down).ways;
    this.before.set(prefix, ways);
    return ways;
  }
}

const isStanding = (change: Change): boolean =>
  change.origin === 'intent' && change.state === 'confirmed' && change.action.type === 'reroute';

/** The intent that a drain of this one waits for; null when it waits for none. */
export function overruledBy(pass: Pass, id: IntentId): IntentId | null {
  const drains = pass.observed.compiled.get(id)?.value.drains ?? [];
  if (drains.length === 0) return null;
  const overruled = overruledDrains(pass);
  for (const drain of drains) {
    const other = overruled.get(drain.id);
    if (other !== undefined) return other.intent;
  }
  return null;
}
