import {
  groupWords,
  hopWords,
  NO_OBJECT,
  prefixOf,
  sameGroup,
  type OwnedState,
} from './owned-state';

/** One line for `ip -batch`, without the leading `ip`, and the configuration that asked for it. */
export interface KernelCommand {
  readonly words: readonly string[];
  /** Prefix whose route the command serves; empty when it serves several. */
  readonly prefix: string;
}

/**
 * Commands that take the kernel from one owned state to another, make before break: new next hops,
 * then groups (the moment at which traffic moves), then routes; then what nobody uses any more,
 * from the route down. A group is replaced in place, so that packets never find it empty.
 */
export function planCommands(
  observed: OwnedState,
  target: OwnedState,
  protocol: number,
): readonly KernelCommand[] {
  const tail = ['proto', String(protocol)];
  const prefixOfGroup = new Map(
    [...target.routes].map(([selector, group]) => [group, prefixOf(selector)]),
  );
  const make: KernelCommand[] = [];
  for (const [id, hop] of byId(target.singles)) {
    const present = observed.singles.get(id);
    if (present?.gateway === hop.gateway && present.dev === hop.dev) continue;
    const words = ['nexthop', 'replace', 'id', String(id), ...hopWords(hop), ...tail];
    make.push({ words, prefix: prefixUsing(target, id) });
  }
  for (const [id, group] of byId(target.groups)) {
    const present = observed.groups.get(id);
    if (present !== undefined && sameGroup(present, group)) continue;
    const words = ['nexthop', 'replace', 'id', String(id), 'group', ...groupWords(group), ...tail];
    make.push({ words, prefix: prefixOfGroup.get(id) ?? '' });
  }
  for (const [selector, group] of target.routes) {
    const present = observed.routes.get(selector);
    if (present === group) continue;
    // `add` fails on a route of somebody else that appeared meanwhile; `replace` would destroy it.
    const verb = present === undefined ? 'add' : 'replace';
    const words = ['route', verb, ...selector.split(' '), 'nhid', String(group), ...tail];
    make.push({ words, prefix: prefixOf(selector) });
  }
  return [...make, ...removals(observed, target, tail)];
}

function removals(
  observed: OwnedState,
  target: OwnedState,
  tail: readonly string[],
): readonly KernelCommand[] {
  const commands: KernelCommand[] = [];
  for (const [selector, group] of observed.routes) {
    if (target.routes.has(selector)) continue;
    const object = group === NO_OBJECT ? [] : ['nhid', String(group)];
    const words = ['route', 'del', ...selector.split(' '), ...object, ...tail];
    commands.push({ words, prefix: prefixOf(selector) });
  }
  for (const [id] of byId(observed.groups)) if (!target.groups.has(id)) commands.push(remove(id));
  for (const [id] of byId(observed.singles)) if (!target.singles.has(id)) commands.push(remove(id));
  return commands;
}

const remove = (id: number): KernelCommand => ({
  words: ['nexthop', 'del', 'id', String(id)],
  prefix: '',
});

function prefixUsing(state: OwnedState, singleId: number): string {
  for (const [selector, group] of state.routes)
    if (state.groups.get(group)?.members.some((member) => member.id === singleId) === true)
      return prefixOf(selector);
  return '';
}

const byId = <Value>(map: ReadonlyMap<number, Value>): readonly (readonly [number, Value])[] =>
  [...map].sort(([a], [b]) => a - b);
