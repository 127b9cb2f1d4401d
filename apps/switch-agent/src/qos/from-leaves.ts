import { checkConfig, invalidArgument, unimplemented, type LeafMap } from '@weir/gnmi';
import { readLimit } from './buffers';
import { readClassification } from './classification';
import { LeafReader } from './leaf-reader';
import { readProfile } from './marking';
import {
  BUFFERS,
  isQosPath,
  outputQueuePath,
  POLICIES,
  portPath,
  PORTS,
  PROFILES,
  queuePath,
  QUEUES,
} from './paths';
import { readPolicy, type Scheduled } from './scheduling';
import { refuseUnsupported } from './supported';
import type { QosConfig, WantedPort, WantedQueue } from './wanted';

/**
 * The QoS that configuration leaves describe, for each port that has output QoS. Throws a GnmiError
 * that names the offending path: UNIMPLEMENTED for what Linux does not do, INVALID_ARGUMENT for
 * values and references. Leaves outside of /qos are not looked at.
 */
export function qosFromLeaves(all: LeafMap): QosConfig {
  const leaves = new Map([...all].filter(([path]) => isQosPath(path)));
  for (const path of leaves.keys()) refuseUnsupported(path);
  const violation = checkConfig(leaves);
  if (violation !== null) throw violation;
  const reader = new LeafReader(leaves);
  const ids = readQueueIds(reader);
  const classification = readClassification(reader);
  checkUnbound(reader);
  const ports = new Map<string, WantedPort>();
  for (const { at, keys } of reader.entries(PORTS)) {
    const name = keys[0] ?? '';
    checkPort(reader, at, name);
    const queues = readQueues(reader, name, ids);
    if (queues.length === 0) continue;
    ports.set(name, { interface: name, queues, ...onlyOn(queues, classification) });
  }
  return ports;
}

function readQueueIds(reader: LeafReader): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  const names = new Map<number, string>();
  for (const { at, keys } of reader.entries(QUEUES)) {
    const path = `${at}/config/queue-id`;
    const id = Number(reader.required(path, 'it decides which class of the port the queue is'));
    const twin = names.get(id);
    if (twin !== undefined)
      throw invalidArgument(`${path}: ${id} is the id of queue "${twin}" already`);
    names.set(id, keys[0] ?? '');
    ids.set(keys[0] ?? '', id);
  }
  return ids;
}

/** Mistakes in what no port uses yet would otherwise come to light only when one does. */
function checkUnbound(reader: LeafReader): void {
  for (const { keys } of reader.entries(POLICIES)) readPolicy(reader, keys[0] ?? '');
  for (const { keys } of reader.entries(PROFILES)) readProfile(reader, keys[0] ?? '');
  for (const { keys } of reader.entries(`${BUFFERS}/queues/queue`))
    readLimit(reader, keys[0] ?? '', keys[1] ?? '');
}

function checkPort(reader: LeafReader, at: string, name: string): void {
  const path = `${at}/interface-ref/config/interface`;
  const link = reader.text(path);
  if (link !== null && link !== name)
    throw unimplemented(
      `${path}: "${link}" differs from the interface-id; both are the link's name`,
    );
  // As in the kernel's dev_valid_name, without what would split or comment a batch line.
  if (!/^[A-Za-z0-9_.@:+-]{1,15}$/.test(name) || name === '.' || name === '..')
    throw invalidArgument(`${at}/config/interface-id: "${name}" is not an interface name`);
}

function readQueues(
  reader: LeafReader,
  port: string,
  ids: ReadonlyMap<string, number>,
): readonly WantedQueue[] {
  const output = `${portPath(port)}/output`;
  const policy = reader.text(`${output}/scheduler-policy/config/name`);
  const buffers = reader.text(`${output}/config/buffer-allocation-profile`);
  const scheduled = policy === null ? null : readPolicy(reader, policy);
  const listed = reader.entries(`${PORTS}/output/queues/queue`, output);
  const names = new Map(listed.map(({ at, keys }) => [keys[1] ?? '', at]));
  for (const name of scheduled?.keys() ?? [])
    if (!names.has(name)) names.set(name, queuePath(name));
  if (names.size === 0 && buffers !== null)
    for (const { at, keys } of reader.entries(`${BUFFERS}/queues/queue`))
      if (keys[0] === buffers) names.set(keys[1] ?? '', at);
  const queues = [...names].map(([name, at]): WantedQueue => {
    const id = ids.get(name);
    if (id === undefined)
      throw invalidArgument(`${at}/config/name: no queue "${name}" is configured in /qos/queues`);
    const profile = reader.text(`${outputQueuePath(port, name)}/config/queue-management-profile`);
    return {
      name,
      id,
      ...placeOf(scheduled, name, at, policy),
      limit: buffers === null ? null : readLimit(reader, buffers, name),
      marking: profile === null ? null : readProfile(reader, profile),
      profile,
    };
  });
  return queues.sort((a, b) => a.id - b.id);
}

/** Without a scheduler policy the queues of a port share it evenly. */
function placeOf(
  scheduled: ReadonlyMap<string, Scheduled> | null,
  queue: string,
  at: string,
  policy: string | null,
): Scheduled {
  if (scheduled === null) return { level: 0, weight: 1 };
  const place = scheduled.get(queue);
  if (place !== undefined) return place;
  throw invalidArgument(
    `${at}/config/name: queue "${queue}" is no input of scheduler policy "${policy ?? ''}"`,
  );
}

/** A port without the queue of a DSCP sends such packets to its default queue. */
function onlyOn(
  queues: readonly WantedQueue[],
  { dscp4, dscp6 }: ReturnType<typeof readClassification>,
): Pick<WantedPort, 'dscp4' | 'dscp6'> {
  const names = new Set(queues.map((queue) => queue.name));
  const kept = (map: ReadonlyMap<number, string> | null): ReadonlyMap<number, string> | null =>
    map === null
      ? null
      : new Map([...map].filter(([, queue]) => names.has(queue)).sort((a, b) => a[0] - b[0]));
  return { dscp4: kept(dscp4), dscp6: kept(dscp6) };
}
