import type { Result } from '@weir/core/base';
import { ok, refuse } from '@weir/core/base';
import type { ConfigImage, LeafDiff, LeafValue, QueueBehaviour } from '@weir/core/model';
import { DiffBuilder, leavesBelow } from './diff-builder';
import {
  classifier,
  classifierTerm,
  forwardingGroup,
  inputClassifier,
  QOS_INTERFACES,
} from './openconfig-paths';

const FAMILIES = ['IPV4', 'IPV6'] as const;
const nameOf = (family: string): string => `weir-${family.toLowerCase()}`;
const groupOf = (queue: string): string => `weir-${queue}`;

/**
 * What comes in at a port, by code point. There is one classifier of each family for all ports,
 * since devices that classify where packets leave can hold only one; so another one that is bound at
 * some input is refused rather than overruled.
 */
export function renderClassification(
  image: ConfigImage,
  iface: string,
  queues: readonly QueueBehaviour[],
): Result<readonly LeafDiff[]> {
  const builder = new DiffBuilder(image);
  for (const { queue } of queues) {
    builder.set(`${forwardingGroup(groupOf(queue))}/config/name`, groupOf(queue));
    builder.set(`${forwardingGroup(groupOf(queue))}/config/output-queue`, queue);
  }
  for (const family of FAMILIES) {
    const foreign = foreignClassifier(image, family);
    if (foreign !== null)
      return refuse(
        'capability-missing',
        foreign,
        `Packets are classified by ${String(image.get(foreign))} already; take it away first.`,
      );
    setClassifier(builder, image, family, queues);
    const input = inputClassifier(iface, family);
    builder.set(`${input}/config/type`, family);
    builder.set(`${input}/config/name`, nameOf(family));
  }
  return ok(builder.diffs);
}

function setClassifier(
  builder: DiffBuilder,
  image: ConfigImage,
  family: (typeof FAMILIES)[number],
  queues: readonly QueueBehaviour[],
): void {
  const base = classifier(nameOf(family));
  const wanted = new Map<string, LeafValue>([
    [`${base}/config/name`, nameOf(family)],
    [`${base}/config/type`, family],
  ]);
  for (const { queue, dscp } of queues) {
    const term = classifierTerm(nameOf(family), queue);
    wanted.set(`${term}/config/id`, queue);
    const condition = `${term}/conditions/${family.toLowerCase()}/config/dscp-set`;
    wanted.set(condition, JSON.stringify(dscp));
    wanted.set(`${term}/actions/config/target-group`, groupOf(queue));
  }
  for (const [path, value] of wanted) builder.set(path, value);
  for (const rest of leavesBelow(image, base).keys())
    if (!wanted.has(`${base}/${rest}`)) builder.set(`${base}/${rest}`, null);
}

/** Binding of a classifier that is not ours, at any input. */
function foreignClassifier(image: ConfigImage, family: string): string | null {
  const ending = `/input/classifiers/classifier[type=${family}]/config/name`;
  for (const [path, value] of image)
    if (path.startsWith(QOS_INTERFACES) && path.endsWith(ending) && value !== nameOf(family))
      return path;
  return null;
}
