import type { LeafType } from './leaf-type';
import { MODULES, OPENCONFIG, type SchemaRow } from './openconfig';

export type SchemaNode =
  | { readonly kind: 'container' }
  | { readonly kind: 'list'; readonly keys: readonly string[] }
  | {
      readonly kind: 'leaf';
      readonly type: LeafType;
      /** Configuration, as opposed to state. */
      readonly config: boolean;
      /** A state leaf that shows the configuration leaf of the same name. */
      readonly mirror: boolean;
    };

const CONTAINER: SchemaNode = { kind: 'container' };

function build(rows: readonly SchemaRow[]): ReadonlyMap<string, SchemaNode> {
  const nodes = new Map<string, SchemaNode>([['', CONTAINER]]);
  const withParents = (path: string, node: SchemaNode): void => {
    for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) {
      const parent = path.slice(0, at);
      if (!nodes.has(parent)) nodes.set(parent, CONTAINER);
    }
    nodes.set(path, node);
  };
  for (const row of rows) {
    if (row.keys !== undefined) withParents(row.at, { kind: 'list', keys: row.keys });
    for (const [name, type] of Object.entries(row.config ?? {})) {
      withParents(`${row.at}/config/${name}`, { kind: 'leaf', type, config: true, mirror: false });
      withParents(`${row.at}/state/${name}`, { kind: 'leaf', type, config: false, mirror: true });
    }
    for (const [name, type] of Object.entries(row.state ?? {}))
      withParents(`${row.at}/state/${name}`, { kind: 'leaf', type, config: false, mirror: false });
  }
  return nodes;
}

const NODES = build(OPENCONFIG);

/** What stands at a schema path (names joined by `/`, '' is the root); undefined when nothing. */
export const schemaNode = (schemaPath: string): SchemaNode | undefined => NODES.get(schemaPath);

/** Type of the leaf at a schema path; undefined for everything else. */
export function leafType(schemaPath: string): LeafType | undefined {
  const node = NODES.get(schemaPath);
  return node?.kind === 'leaf' ? node.type : undefined;
}

/** Names of the keys of the list at a schema path; undefined when it is no known list. */
export function listKeys(schemaPath: string): readonly string[] | undefined {
  const node = NODES.get(schemaPath);
  return node?.kind === 'list' ? node.keys : undefined;
}

/** YANG module of the node at a schema path; '' when it is not known. */
export function moduleOf(schemaPath: string): string {
  for (let path = schemaPath; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
    const module = MODULES[path];
    if (module !== undefined) return module;
  }
  return '';
}
