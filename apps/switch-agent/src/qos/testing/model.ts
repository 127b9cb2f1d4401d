import {
  classText,
  DEFAULT_NODE,
  FAMILIES,
  LINE_CLASS,
  U32_NUMBERS,
  type HtbClass,
  type Leaf,
  type PortState,
  type TcTree,
} from '../tree';
import { exponentOf } from '../red';

interface Tree {
  defaultMinor: number;
  line: HtbClass | null;
  classes: Map<number, HtbClass>;
  leaves: Map<number, Leaf & { readonly handle?: string }>;
  filters: { ip: Map<number, number>; ipv6: Map<number, number> };
}

/** The queueing of one port as the kernel keeps it: parents first, in use is in use. */
export class ModelPort {
  private tree: Tree | null = null;
  /** Commands that took the whole tree away. */
  rebuilt = 0;

  get state(): PortState {
    if (this.tree === null) return { kind: 'default' };
    const { filters, ...rest } = this.tree;
    const none = filters.ip.size + filters.ipv6.size === 0;
    const tree: TcTree = {
      ...rest,
      filters: none ? null : { ...filters, numbers: U32_NUMBERS },
      strange: [],
    };
    return { kind: 'owned', tree: structuredClone(tree) };
  }

  run(words: readonly string[]): void {
    const after = (name: string): string => words[words.indexOf(name) + 1] ?? '';
    const [object = '', verb = ''] = words;
    if (object === 'qdisc' && words.includes('root')) return this.root(verb, after('default'));
    const tree = this.tree;
    if (tree === null) throw new Error('Cannot find specified qdisc');
    if (object === 'class') this.class(tree, verb, words, after);
    else if (object === 'qdisc') this.leaf(tree, verb, words, after);
    else this.filter(tree, verb, after);
  }

  private root(verb: string, defaultMinor: string): void {
    if ((verb === 'add') !== (this.tree === null)) throw new Error('Exclusivity flag on');
    if (verb === 'del') this.rebuilt += 1;
    this.tree =
      verb === 'del'
        ? null
        : {
            defaultMinor: Number.parseInt(defaultMinor, 16),
            line: null,
            classes: new Map(),
            leaves: new Map(),
            filters: { ip: new Map(), ipv6: new Map() },
          };
  }

  private class(
    tree: Tree,
    verb: string,
    words: readonly string[],
    after: (name: string) => string,
  ): void {
    const minor = minorIn(after('classid'));
    if (verb === 'del') {
      const used = FAMILIES.some((family) => [...tree.filters[family].values()].includes(minor));
      if (used) throw new Error('Device or resource busy');
      if (!tree.classes.delete(minor)) throw new Error('No such class');
      tree.leaves.delete(minor);
      return;
    }
    const item: HtbClass = {
      rateBps: Number.parseInt(after('rate'), 10),
      ceilBps: Number.parseInt(after('ceil'), 10),
      burstBytes: Number(after('burst')),
      ceilBurstBytes: Number(after('cburst')),
      prio: words.includes('prio') ? Number(after('prio')) : 0,
      quantumBytes: words.includes('quantum') ? Number(after('quantum')) : 0,
    };
    if (after('classid') === LINE_CLASS) {
      if ((verb === 'add') !== (tree.line === null)) throw new Error('File exists');
      tree.line = item;
      return;
    }
    if (tree.line === null) throw new Error('Parent class not found');
    if ((verb === 'add') === tree.classes.has(minor))
      throw new Error(`${verb}: ${classText(item)}`);
    tree.classes.set(minor, item);
  }

  private leaf(
    tree: Tree,
    verb: string,
    words: readonly string[],
    after: (name: string) => string,
  ): void {
    const minor = minorIn(after('parent'));
    const handle = after('handle');
    const present = tree.leaves.get(minor);
    if (!tree.classes.has(minor)) throw new Error('Specified class not found');
    const kind = words[words.indexOf('handle') + 2];
    if (verb === 'add' && present !== undefined) throw new Error('Exclusivity flag on');
    if (verb === 'change' && present?.handle !== handle) throw new Error('Invalid handle');
    const sameHandle = [...tree.leaves.values()].find((leaf) => leaf.handle === handle);
    if (sameHandle !== undefined && sameHandle.kind !== kind) throw new Error('Invalid qdisc name');
    tree.leaves.set(minor, { ...leafIn(words, after), handle });
  }

  private filter(tree: Tree, verb: string, after: (name: string) => string): void {
    const table = tree.filters[after('protocol') === 'ip' ? 'ip' : 'ipv6'];
    if (verb === 'del' && after('handle') === 'filter') return table.clear();
    const [number = '', id = ''] = after('handle').split('::');
    const node = Number.parseInt(id, 16);
    const own = U32_NUMBERS[after('protocol') === 'ip' ? 'ip' : 'ipv6'];
    // Only a new filter may leave it to the kernel which table is meant.
    if (number === '' ? verb !== 'add' : number !== own) throw new Error('Need NLM_F_CREATE');
    if ((verb === 'add') === table.has(node)) throw new Error('File exists');
    if (verb === 'del') {
      table.delete(node);
      return;
    }
    const minor = minorIn(after('flowid'));
    if (!tree.classes.has(minor)) throw new Error('No such class');
    if (node > DEFAULT_NODE) throw new Error('Invalid handle');
    table.set(node, minor);
  }
}

const minorIn = (id: string): number => Number.parseInt(id.split(':')[1] ?? '', 16);

function leafIn(words: readonly string[], after: (name: string) => string): Leaf {
  const size = (name: string): number => Number(after(name));
  if (words.includes('bfifo')) return { kind: 'bfifo', limitBytes: size('limit') };
  return {
    kind: 'red',
    limitBytes: size('limit'),
    minBytes: size('min'),
    maxBytes: size('max'),
    weight: exponentOf(size('min'), size('burst'), size('avpkt')),
    probabilityPercent: Math.round(size('probability') * 100),
    ecn: words.includes('ecn'),
    nodrop: words.includes('nodrop'),
    harddrop: words.includes('harddrop'),
  };
}
