import type { Result } from '@weir/core/base';
import { ok, refuse } from '@weir/core/base';
import type { ConfigImage, LeafDiff, LeafValue } from '@weir/core/model';
import type { QueueSettings } from '@weir/core/ports';
import { parsedPath } from '@weir/gnmi';
import { SCHEDULER_POLICIES, schedulerBinding, schedulerPolicy } from './openconfig-paths';
import { editOwnProfile } from './own-profile';

export interface SchedulerSetting {
  readonly interface: string;
  readonly queue: string;
  readonly weight: number;
}

type Scheduling = NonNullable<QueueSettings['scheduling']>;

/** One queue as input of a scheduler of a policy. */
interface Input {
  readonly policy: string;
  readonly sequence: string;
  /** Leaf `weight` of the input, relative to the policy's entry. */
  readonly weightLeaf: string;
  queue: string | null;
  weight: number;
}

interface Policies {
  readonly inputs: readonly Input[];
  /** `policy sequence` of the schedulers that serve their inputs strictly. */
  readonly strict: ReadonlySet<string>;
}

/** Of an input that has none (openconfig-qos leaves it to the device; everyone treats it as one). */
const DEFAULT_WEIGHT = 1;
/** The leaf is an uint64; above this the sum of the weights would lose digits. */
const MAX_WEIGHT = 2 ** 32;

const schedulerKey = (policy: string, sequence: string): string => `${policy} ${sequence}`;

/**
 * How the interface serves the queue, by the policy that is bound to it (openconfig-qos 2.2.0,
 * scheduler-policies); null where no policy names the queue. Images of devices are not changed once
 * they are read, so that what their policies say is found once for each.
 */
export function readScheduling(
  image: ConfigImage,
  iface: string,
  queue: string,
): Scheduling | null {
  const policy = image.get(schedulerBinding(iface));
  if (policy === undefined) return null;
  let known = remembered.get(image);
  if (known === undefined) {
    known = schedulingByPolicy(image);
    remembered.set(image, known);
  }
  return known.get(String(policy))?.get(queue) ?? null;
}

type ByQueue = ReadonlyMap<string, Scheduling>;
const remembered = new WeakMap<ConfigImage, ReadonlyMap<string, ByQueue>>();

function schedulingByPolicy(image: ConfigImage): ReadonlyMap<string, ByQueue> {
  const { inputs, strict } = policiesOf(image);
  const totals = new Map<string, number>();
  for (const { policy, sequence, weight } of inputs) {
    const key = schedulerKey(policy, sequence);
    totals.set(key, (totals.get(key) ?? 0) + weight);
  }
  const found = new Map<string, Map<string, Scheduling>>();
  for (const { policy, sequence, queue, weight } of inputs) {
    if (queue === null) continue;
    const key = schedulerKey(policy, sequence);
    const ofPolicy = found.get(policy) ?? new Map<string, Scheduling>();
    found.set(policy, ofPolicy);
    ofPolicy.set(
      queue,
      strict.has(key)
        ? { strict: true, weight: 0, totalWeight: 0 }
        : { strict: false, weight, totalWeight: totals.get(key) ?? weight },
    );
  }
  return found;
}

const INPUT =
  /^\/qos\/scheduler-policies\/scheduler-policy\/schedulers\/scheduler\/inputs\/input\//;

/** Inputs of the policies of an image; of one policy where a name is given. */
function policiesOf(image: ConfigImage, name?: string): Policies {
  const base = name === undefined ? SCHEDULER_POLICIES : schedulerPolicy(name);
  const inputs = new Map<string, Input>();
  const strict = new Set<string>();
  for (const [path, value] of image) {
    if (!path.startsWith(base) || path[base.length] !== '/') continue;
    const { elems, schemaPath } = parsedPath(path);
    const policy = elems[2]?.key['name'] ?? '';
    const sequence = elems[4]?.key['sequence'] ?? '';
    if (schemaPath.endsWith('/schedulers/scheduler/config/priority') && value === 'STRICT')
      strict.add(schedulerKey(policy, sequence));
    if (!INPUT.test(schemaPath)) continue;
    const config = path.slice(0, path.lastIndexOf('/'));
    const input = inputs.get(config) ?? {
      policy,
      sequence,
      weightLeaf: `${config.slice(schedulerPolicy(policy).length + 1)}/weight`,
      queue: null,
      weight: DEFAULT_WEIGHT,
    };
    inputs.set(config, input);
    if (path.endsWith('/config/queue')) input.queue = String(value);
    if (path.endsWith('/config/weight')) input.weight = Number(value);
  }
  return { inputs: [...inputs.values()], strict };
}

/** A new weight of one queue of one interface; the other weights of its scheduler stay. */
export function renderScheduler(
  image: ConfigImage,
  setting: SchedulerSetting,
): Result<readonly LeafDiff[]> {
  const binding = schedulerBinding(setting.interface);
  const policy = image.get(binding);
  if (policy === undefined)
    return refuse('capability-missing', binding, 'The interface has no scheduler policy.');
  const { inputs, strict } = policiesOf(image, String(policy));
  const input = inputs.find(({ queue }) => queue === setting.queue);
  const entry = schedulerPolicy(String(policy));
  if (input === undefined)
    return refuse(
      'capability-missing',
      entry,
      `Queue ${setting.queue} is not served by the scheduler policy of ${setting.interface}.`,
    );
  const leaf = `${entry}/${input.weightLeaf}`;
  if (strict.has(schedulerKey(input.policy, input.sequence)))
    return refuse(
      'capability-missing',
      leaf,
      `Queue ${setting.queue} is served strictly, before all weights.`,
    );
  const { weight } = setting;
  if (!Number.isInteger(weight) || weight < 1 || weight > MAX_WEIGHT)
    return refuse(
      'schema-invalid',
      leaf,
      `The weight must be a whole number from 1, not ${weight}.`,
    );
  // A clone that serves as the shared policy does would change nothing.
  if (weight === input.weight) return ok([]);
  const builder = editOwnProfile(
    image,
    {
      entry: schedulerPolicy,
      isBinding: (path) => path.endsWith('/output/scheduler-policy/config/name'),
      binding,
      ownName: `weir-${setting.interface}`,
    },
    (leaves: Map<string, LeafValue>) => leaves.set(input.weightLeaf, String(weight)),
  );
  return ok(builder.diffs);
}
