import type { Tool } from '../kernel/batch';
import { ToolFailure, ToolRefusal } from '../kernel/batch';
import type { Capability } from '../kernel/capabilities';
import type { FilterKind } from './commands';
import { classId, LINE_CLASS, ROOT_HANDLE } from './tree';

/** What queueing this kernel and its tools can do, each found by trying it. */
export interface QosCapabilities {
  readonly htb: Capability;
  readonly bfifo: Capability;
  /** RED with ECN. */
  readonly red: Capability;
  /** RED that keeps what it cannot mark (Linux 5.7). */
  readonly redNodrop: Capability;
  readonly u32: Capability;
  readonly flower: Capability;
}

const unavailable = (reason: string): QosCapabilities => {
  const none = { available: false, reason } as const;
  return { htb: none, bfifo: none, red: none, redNodrop: none, u32: none, flower: none };
};

export const NOT_PROBED = unavailable('not probed yet');

/** Two ends of a pair of links that exist for the moment of the probe only. */
const SCRATCH = ['weir-probe0', 'weir-probe1'] as const;

/**
 * Tries each discipline and classifier on a scratch pair of virtual links, in the namespace that the
 * agent serves, and takes it away again. No port of the switch is touched.
 */
export async function probeQos(ip: Tool, tc: Tool): Promise<QosCapabilities> {
  const [dev, peer] = SCRATCH;
  // Left over when an earlier probe was killed; usually there is none to delete.
  await attempt(ip, ['link', 'del', dev]);
  const made = await attempt(ip, ['link', 'add', dev, 'type', 'veth', 'peer', 'name', peer]);
  if (!made.available) return unavailable(`no scratch link to try it on: ${made.reason}`);
  try {
    return await tryAll(tc, dev);
  } finally {
    await attempt(ip, ['link', 'del', dev]);
    // Both remember links by name and number; the numbers may be given again.
    tc.restart();
    ip.restart();
  }
}

async function tryAll(tc: Tool, dev: string): Promise<QosCapabilities> {
  const add = (object: string, ...words: string[]): Promise<Capability> =>
    attempt(tc, [object, 'add', 'dev', dev, ...words]);
  const rate = ['htb', 'rate', '8000000bit', 'ceil', '8000000bit'];
  const root = await add(
    'qdisc',
    'root',
    'handle',
    ROOT_HANDLE,
    'htb',
    'r2q',
    '10',
    'default',
    '1',
  );
  const line = await add('class', 'parent', ROOT_HANDLE, 'classid', LINE_CLASS, ...rate);
  const inner = await add('class', 'parent', LINE_CLASS, 'classid', classId(1), ...rate);
  const red = ['red', 'limit', '90000', 'min', '9000', 'max', '30000', 'avpkt', '1000'];
  const ecn = ['burst', '20', 'probability', '0.1', 'bandwidth', '8000000bit', 'ecn'];
  const htb = [root, line, inner].find((step) => !step.available) ?? root;
  const parent = ['parent', classId(1)];
  const filter = ['parent', ROOT_HANDLE, 'protocol', 'ip'];
  if (!htb.available) return unavailable(`needs HTB: ${htb.reason}`);
  return {
    htb,
    bfifo: await add('qdisc', ...parent, 'handle', '5801:', 'bfifo', 'limit', '90000'),
    red: await attempt(tc, [
      'qdisc',
      'replace',
      'dev',
      dev,
      ...parent,
      'handle',
      '5901:',
      ...red,
      ...ecn,
    ]),
    redNodrop: await attempt(tc, [
      ...['qdisc', 'replace', 'dev', dev, ...parent, 'handle', '5902:'],
      ...[...red, ...ecn, 'nodrop'],
    ]),
    u32: await add(
      'filter',
      ...filter,
      'pref',
      '1',
      'u32',
      'match',
      'u32',
      '0',
      '0',
      'flowid',
      classId(1),
    ),
    flower: await add('filter', ...filter, 'pref', '2', 'flower', 'classid', classId(1)),
  };
}

async function attempt(tool: Tool, words: readonly string[]): Promise<Capability> {
  try {
    await tool.run([words]);
    return { available: true };
  } catch (error) {
    if (!(error instanceof ToolRefusal) && !(error instanceof ToolFailure)) throw error;
    const reason = error instanceof ToolRefusal ? error.detail : error.message;
    return { available: false, reason };
  }
}

/** The classifier to use: u32 is there nearly everywhere; null when neither is. */
export const filterKind = (capabilities: QosCapabilities): FilterKind | null =>
  capabilities.u32.available ? 'u32' : capabilities.flower.available ? 'flower' : null;

/** `htb yes, red no (Specified qdisc kind is unknown), ...` for logs and messages. */
export const describeQos = (capabilities: QosCapabilities): string =>
  Object.entries(capabilities)
    .map(([name, found]: [string, Capability]) =>
      found.available ? `${name} yes` : `${name} no (${found.reason})`,
    )
    .join(', ');
