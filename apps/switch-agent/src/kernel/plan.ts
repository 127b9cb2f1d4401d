import { groupText, NO_OBJECT, type OwnedState } from './owned-state';

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
  const prefixOfGroup = new Map([...target.routes].map(([prefix, group]) => [group, prefix]));
  const make: KernelCommand[] = [];
  for (const [id, hop] of byId(target.singles)) {
    const present = observed.singles.get(id);
    if (present?.gateway === hop.gateway && present.dev === hop.dev) continue;
    const via = hop.gateway === '' ? [] : ['via', hop.gateway];
    const words = ['nexthop', 'replace', 'id', String(id), ...via, 'dev', hop.dev, ...tail];
    make.push({ words, prefix: prefixUsing(target, id) });
  }
  for (const [id, members] of byId(target.groups)) {
    const present = observed.groups.get(id);
    if (present !== undefined && groupText(present) === groupText(members)) continue;
    const words = ['nexthop', 'replace', 'id', String(id), 'group', groupText(members), ...tail];
    make.push({ words, prefix: prefixOfGroup.get(id) ?? '' });
  }
  for (const [prefix, group] of target.routes) {
    const present = observed.routes.get(prefix);
    if (present === group) continue;
    // `add` fails on a route of somebody else that appeared meanwhile; `replace` would destroy it.
    const verb = present === undefined ? 'add' : 'replace';
    make.push({ words: ['route', verb, prefix, 'nhid', String(group), ...tail], prefix });
  }
  return [...make, ...removals(observed, target, tail)];
}

function removals(
  observed: OwnedState,
  target: OwnedState,
  tail: readonly string[],
): readonly KernelCommand[] {
  const commands: KernelCommand[] = [];
  for (const [prefix, group] of observed.routes) {
    if (target.routes.has(prefix)) continue;
    const object = group === NO_OBJECT ? [] : ['nhid', String(group)];
    commands.push({ words: ['route', 'del', prefix, ...object, ...tail], prefix });
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
  for (const [prefix, group] of state.routes)
    if (state.groups.get(group)?.some((member) => member.id === singleId) === true) return prefix;
  return '';
}

const byId = <Value>(map: ReadonlyMap<number, Value>): readonly (readonly [number, Value])[] =>
  [...map].sort(([a], [b]) => a - b);
