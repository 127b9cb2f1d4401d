import {
  joinPaths,
  leafType,
  parsedPath,
  schemaNode,
  type LeafType,
  type PathElem,
} from '@weir/gnmi';
import type { StateValue, TargetBackend } from './backend';
import type { Configuration } from './configuration';

/** One leaf that the target can show. */
export interface DataLeaf {
  /** Canonical absolute path. */
  readonly path: string;
  readonly elems: readonly PathElem[];
  /** Elements below the group. */
  readonly relative: readonly PathElem[];
  readonly type: LeafType | undefined;
  readonly kind: 'config' | 'mirror' | 'state';
}

/** Leaves that are read and sent together, below one list entry or container. */
export interface DataGroup {
  readonly path: string;
  readonly elems: readonly PathElem[];
  readonly leaves: readonly DataLeaf[];
  read(index: number): StateValue | null;
}

/**
 * All that the target can show, as groups: configuration, its mirror below `state`, and the
 * backend's own state. Group objects are remade only when leaves come or go, so that callers may
 * cache by identity.
 */
export class DataTree {
  private groups: readonly DataGroup[] = [];
  private builtFor = '';
  private refreshing: Promise<void> | null = null;
  private readonly kept = new Map<string, DataGroup>();

  constructor(
    private readonly configuration: Configuration,
    private readonly backend: TargetBackend,
  ) {}

  /** Changes when `all()` returns other groups. */
  get revision(): string {
    return `${this.configuration.revision}/${this.backend.stateRevision}`;
  }

  all(): readonly DataGroup[] {
    if (this.builtFor !== this.revision) {
      this.groups = this.build();
      this.builtFor = this.revision;
    }
    return this.groups;
  }

  /** Brings the state up to date; calls that come meanwhile share the run. */
  refresh(): Promise<void> {
    if (this.backend.refreshState === undefined) return Promise.resolve();
    this.refreshing ??= this.backend.refreshState().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  timeNs(): bigint {
    return this.backend.stateTimeNs();
  }

  private build(): readonly DataGroup[] {
    const state = this.backend.stateGroups().map((group) => this.stateGroup(group));
    const ofDevice = new Set(state.flatMap((group) => group.leaves.map((leaf) => leaf.path)));
    const shown = this.configGroups(ofDevice);
    const live = new Set([...state, ...shown].map((group) => group));
    for (const [key, group] of this.kept) if (!live.has(group)) this.kept.delete(key);
    return [...shown, ...state];
  }

  private stateGroup(source: ReturnType<TargetBackend['stateGroups']>[number]): DataGroup {
    const { elems } = parsedPath(source.path);
    const key = `state ${source.path} ${source.leaves.join(' ')}`;
    const known = this.kept.get(key);
    if (known !== undefined && sources.get(known) === source) return known;
    const leaves = source.leaves.map((relative) =>
      dataLeaf(joinPaths(source.path, relative), elems.length, 'state'),
    );
    const group = { path: source.path, elems, leaves, read: (i: number) => source.read(i) };
    sources.set(group, source);
    this.kept.set(key, group);
    return group;
  }

  /** Groups of configuration leaves, and of the state leaves that show them. */
  private configGroups(ofDevice: ReadonlySet<string>): readonly DataGroup[] {
    const parents = new Map<string, string[]>();
    for (const path of this.configuration.current.keys()) {
      const parent = path.slice(0, path.lastIndexOf('/config/')) || '/';
      const siblings = parents.get(parent);
      if (siblings === undefined) parents.set(parent, [path]);
      else siblings.push(path);
    }
    const groups: DataGroup[] = [];
    for (const [parent, paths] of parents) {
      groups.push(this.configGroup(parent, paths, paths, 'config'));
      const mirrored = paths.filter(
        (path) => isMirrored(mirrorOf(path)) && !ofDevice.has(mirrorOf(path)),
      );
      if (mirrored.length > 0)
        groups.push(this.configGroup(parent, mirrored.map(mirrorOf), mirrored, 'mirror'));
    }
    return groups;
  }

  private configGroup(
    parent: string,
    shown: readonly string[],
    source: readonly string[],
    kind: 'config' | 'mirror',
  ): DataGroup {
    const key = `${kind} ${shown.join(' ')}`;
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    const { elems } = parsedPath(parent);
    const group = {
      path: parent,
      elems,
      leaves: shown.map((path) => dataLeaf(path, elems.length, kind)),
      read: (index: number) => this.configuration.current.get(source[index] as string) ?? null,
    };
    this.kept.set(key, group);
    return group;
  }
}

/** Which backend group a group was made of: a backend may replace one under the same path. */
const sources = new WeakMap<DataGroup, unknown>();

function dataLeaf(path: string, depth: number, kind: DataLeaf['kind']): DataLeaf {
  const { elems, schemaPath } = parsedPath(path);
  return { path, elems, relative: elems.slice(depth), type: leafType(schemaPath), kind };
}

/** `/a/config/x` shows as `/a/state/x`. */
export function mirrorOf(path: string): string {
  const at = path.lastIndexOf('/config/');
  return `${path.slice(0, at)}/state/${path.slice(at + '/config/'.length)}`;
}

export function isMirrored(statePath: string): boolean {
  const node = schemaNode(parsedPath(statePath).schemaPath);
  return node?.kind === 'leaf' && node.mirror;
}

/** A backend's value in the shape its type has: counters are whole. */
export function shaped(value: StateValue, type: LeafType | undefined): StateValue {
  return typeof value === 'number' && type?.kind === 'integer' ? Math.floor(value) : value;
}
