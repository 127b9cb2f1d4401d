import { parsedPath, unimplemented } from '@weir/gnmi';
import { BUFFERS, CLASSIFIERS, GROUPS, POLICIES, PORTS, PROFILES, QUEUES } from './paths';

const leaves = (at: string, ...names: string[]): string[] =>
  names.map((name) => `${at}/config/${name}`);

const AQM = ['min-threshold', 'max-threshold', 'min-threshold-percent', 'max-threshold-percent'];

/** Schema paths of the leaves that the agent acts on, or that only repeat a key. */
const SUPPORTED: ReadonlySet<string> = new Set([
  ...leaves(QUEUES, 'name', 'queue-id'),
  ...leaves(POLICIES, 'name'),
  ...leaves(`${POLICIES}/schedulers/scheduler`, 'sequence', 'type', 'priority'),
  ...leaves(`${POLICIES}/schedulers/scheduler/inputs/input`, 'id', 'input-type', 'queue', 'weight'),
  ...leaves(PROFILES, 'name'),
  ...leaves(`${PROFILES}/red/uniform`, ...AQM, 'enable-ecn', 'drop'),
  ...leaves(`${PROFILES}/wred/uniform`, ...AQM, 'enable-ecn', 'drop', 'weight'),
  ...leaves(`${PROFILES}/wred/uniform`, 'max-drop-probability-percent'),
  ...leaves(BUFFERS, 'name'),
  ...leaves(`${BUFFERS}/queues/queue`, 'name', 'dedicated-buffer', 'dedicated-buffer-temporal'),
  ...leaves(`${BUFFERS}/queues/queue`, 'use-shared-buffer', 'shared-buffer-limit-type'),
  ...leaves(`${BUFFERS}/queues/queue`, 'static-shared-buffer-limit'),
  ...leaves(`${BUFFERS}/queues/queue`, 'static-shared-buffer-limit-temporal', 'trim-enable'),
  ...leaves(GROUPS, 'name', 'output-queue'),
  ...leaves(CLASSIFIERS, 'name', 'type'),
  ...leaves(`${CLASSIFIERS}/terms/term`, 'id'),
  ...leaves(`${CLASSIFIERS}/terms/term/conditions/ipv4`, 'dscp', 'dscp-set'),
  ...leaves(`${CLASSIFIERS}/terms/term/conditions/ipv6`, 'dscp', 'dscp-set'),
  ...leaves(`${CLASSIFIERS}/terms/term/actions`, 'target-group'),
  ...leaves(PORTS, 'interface-id'),
  ...leaves(`${PORTS}/interface-ref`, 'interface'),
  ...leaves(`${PORTS}/input/classifiers/classifier`, 'type', 'name'),
  ...leaves(`${PORTS}/output`, 'buffer-allocation-profile'),
  ...leaves(`${PORTS}/output/scheduler-policy`, 'name'),
  ...leaves(`${PORTS}/output/queues/queue`, 'name', 'queue-management-profile'),
]);

/** Why a leaf is not offered; the first pattern that fits tells. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/dynamic-limit-scaling-factor/, 'Linux has no dynamic threshold; give a STATIC limit'],
  [/virtual-output-queues/, 'Linux has no input queues; configure the output'],
  [/\/input\/config\//, 'Linux has no input queues; bind the profile at the output'],
  [/(unicast|multicast)-buffer/, 'a queue of Linux holds unicast and multicast alike'],
  [/rate-(two|three)-color/, 'rates of single schedulers are not offered; the port has one rate'],
  [/\/wred\/(?!uniform)/, 'Linux does not colour packets; say uniform'],
  [/\/output\/config\/(output-type|child|output-fwd)/, 'schedulers cannot be nested'],
  [/packet-trim|trim-enable/, 'Linux does not trim packets'],
  [/remark/, 'remarking is not offered'],
  [/subinterface/, 'name the Linux interface itself, e.g. eth0.10'],
];

/** Refuses a QoS leaf that the agent would otherwise have to ignore. */
export function refuseUnsupported(path: string): void {
  const { schemaPath } = parsedPath(path);
  if (SUPPORTED.has(schemaPath)) return;
  const reason = REASONS.find(([pattern]) => pattern.test(schemaPath))?.[1];
  throw unimplemented(`${path}: ${reason ?? 'not configurable on this target'}`);
}
