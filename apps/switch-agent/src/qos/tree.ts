/**
 * The queueing tree of one port as this agent makes it: an HTB root, under it one class that holds
 * the port to its rate, under that one class for each queue, and in each of these a leaf. What is
 * the agent's is told by the root's handle. Handles from 8000: upwards are the kernel's to choose,
 * so these are below.
 */
export const ROOT_HANDLE = '5752:';
/** Minor of the class that has the port's rate; queues have 1 to 256. */
export const LINE_MINOR = 0xfff;
export const LINE_CLASS = `${ROOT_HANDLE}fff`;

/** Class of a queue by its `queue-id`. */
export const minorOf = (queueId: number): number => queueId + 1;
export const classId = (minor: number): string => `${ROOT_HANDLE}${minor.toString(16)}`;

/** Each kind has its own: the kernel does not change the kind behind a handle. */
const LEAF_MAJORS = { bfifo: 0x58, red: 0x59 } as const;
export const leafHandle = (kind: keyof typeof LEAF_MAJORS, minor: number): string =>
  `${((LEAF_MAJORS[kind] << 8) + minor - 1).toString(16)}:`;

export interface HtbClass {
  readonly rateBps: number;
  readonly ceilBps: number;
  readonly burstBytes: number;
  readonly ceilBurstBytes: number;
  /** 0 is served first. */
  readonly prio: number;
  readonly quantumBytes: number;
}

export interface BfifoLeaf {
  readonly kind: 'bfifo';
  readonly limitBytes: number;
}

/** RED as `tc` shows it. */
export interface RedLeaf {
  readonly kind: 'red';
  readonly limitBytes: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  /** Exponent of the moving average. */
  readonly weight: number;
  readonly probabilityPercent: number;
  readonly ecn: boolean;
  /** Packets that cannot be marked are kept. */
  readonly nodrop: boolean;
  readonly harddrop: boolean;
}

/** A discipline that somebody else put into a class of ours; shown, and replaced when it must be. */
export interface OtherLeaf {
  readonly kind: 'other';
  readonly text: string;
}

export type Leaf = BfifoLeaf | RedLeaf | OtherLeaf;

/** Minor of the class by DSCP, and by DEFAULT_NODE for all other packets of the family. */
export type FilterTable = ReadonlyMap<number, number>;
export const DEFAULT_NODE = 0xfff;
/** Key of a DSCP in the table: the kernel numbers filters from 1. */
export const nodeOf = (dscp: number): number => dscp + 1;

export interface Filters {
  readonly ip: FilterTable;
  readonly ipv6: FilterTable;
  /** Numbers that the kernel gave to the tables of u32; the agent makes them in this order. */
  readonly numbers: { readonly ip: string; readonly ipv6: string };
}

export const U32_NUMBERS = { ip: '800', ipv6: '801' } as const;
export type Family = 'ip' | 'ipv6';
export const FAMILIES: readonly Family[] = ['ip', 'ipv6'];

export interface TcTree {
  /** Minor of the class for what no filter takes. */
  readonly defaultMinor: number;
  readonly line: HtbClass | null;
  readonly classes: ReadonlyMap<number, HtbClass>;
  readonly leaves: ReadonlyMap<number, Leaf>;
  readonly filters: Filters | null;
  /** Anything in the tree that the agent does not make. */
  readonly strange: readonly string[];
}

/** What hangs at a port: the kernel's default, a tree of this agent, or somebody's discipline. */
export type PortState =
  | { readonly kind: 'default' }
  | { readonly kind: 'owned'; readonly tree: TcTree }
  | { readonly kind: 'foreign'; readonly text: string };

export const DEFAULT_STATE: PortState = { kind: 'default' };

/** One line for each object in a fixed order: two states are the same when their lines are. */
export function stateLines(dev: string, state: PortState): readonly string[] {
  if (state.kind === 'default') return [];
  if (state.kind === 'foreign') return [`${dev} root ${state.text}`];
  const { tree } = state;
  const lines = [`root htb default ${tree.defaultMinor}`];
  if (tree.line !== null) lines.push(`line ${classText(tree.line)}`);
  for (const [minor, item] of byMinor(tree.classes))
    lines.push(`class ${minor} ${classText(item)}`);
  for (const [minor, leaf] of byMinor(tree.leaves)) lines.push(`leaf ${minor} ${leafText(leaf)}`);
  for (const family of FAMILIES)
    for (const [node, minor] of byMinor(tree.filters?.[family] ?? new Map<number, number>()))
      lines.push(`${family} ${node === DEFAULT_NODE ? 'other' : `dscp ${node - 1}`} to ${minor}`);
  return [...lines, ...tree.strange].map((line) => `${dev} ${line}`);
}

export const classText = (item: HtbClass): string =>
  `rate ${item.rateBps} ceil ${item.ceilBps} burst ${item.burstBytes} ` +
  `cburst ${item.ceilBurstBytes} prio ${item.prio} quantum ${item.quantumBytes}`;

export function leafText(leaf: Leaf): string {
  if (leaf.kind === 'other') return leaf.text;
  if (leaf.kind === 'bfifo') return `bfifo limit ${leaf.limitBytes}`;
  const flags = [
    leaf.ecn ? ' ecn' : '',
    leaf.nodrop ? ' nodrop' : '',
    leaf.harddrop ? ' harddrop' : '',
  ];
  return (
    `red limit ${leaf.limitBytes} min ${leaf.minBytes} max ${leaf.maxBytes} ` +
    `weight ${leaf.weight} probability ${leaf.probabilityPercent}%${flags.join('')}`
  );
}

export const byMinor = <Value>(
  map: ReadonlyMap<number, Value>,
): readonly (readonly [number, Value])[] => [...map].sort(([a], [b]) => a - b);

/** Equal lines, whatever the port is called. */
export const sameState = (a: PortState, b: PortState): boolean =>
  JSON.stringify(stateLines('', a)) === JSON.stringify(stateLines('', b));
