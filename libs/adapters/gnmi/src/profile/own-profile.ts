import type { ConfigImage, LeafValue } from '@weir/core/model';
import { DiffBuilder, leavesBelow } from './diff-builder';
import { QOS_INTERFACES } from './openconfig-paths';

/** A QoS profile that interfaces refer to by name, and the leaf that binds it here. */
export interface ProfileUse {
  /** Canonical path of the entry of a name. */
  readonly entry: (name: string) => string;
  /** Whether the leaf at this path, below the QoS interfaces, refers to profiles of this kind. */
  readonly isBinding: (path: string) => boolean;
  /** The binding that is to have a profile of its own. */
  readonly binding: string;
  /** Preferred name of the clone. */
  readonly ownName: string;
}

/**
 * Changes leaves of the profile behind one binding without touching any other binding: in place
 * where nobody else uses it, else on a clone that this binding alone is moved to. `change` gets
 * the leaves relative to the entry and returns them as they shall be. The profile comes first and
 * the binding last, so that every reference is good at every step.
 */
export function editOwnProfile(
  image: ConfigImage,
  use: ProfileUse,
  change: (leaves: Map<string, LeafValue>) => void,
): DiffBuilder {
  const bound = image.get(use.binding);
  const users = bindingsByProfile(image, use);
  const current = bound === undefined ? null : String(bound);
  const inPlace = current !== null && users.get(current)?.length === 1;
  const name = inPlace ? current : freeName(use, users);

  const wanted = new Map(current === null ? [] : leavesBelow(image, use.entry(current)));
  wanted.set('config/name', name);
  change(wanted);

  const builder = new DiffBuilder(image);
  const entry = use.entry(name);
  for (const [rest, value] of wanted) builder.set(`${entry}/${rest}`, value);
  for (const rest of leavesBelow(image, entry).keys())
    if (!wanted.has(rest)) builder.set(`${entry}/${rest}`, null);
  builder.set(use.binding, name);
  return builder;
}

function bindingsByProfile(image: ConfigImage, use: ProfileUse): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const [path, value] of image) {
    if (!path.startsWith(QOS_INTERFACES) || !use.isBinding(path)) continue;
    const name = String(value);
    users.set(name, [...(users.get(name) ?? []), path]);
  }
  return users;
}

/** A left-over profile of ours that nobody uses is taken again; one in use is never. */
function freeName(use: ProfileUse, users: ReadonlyMap<string, unknown>): string {
  let name = use.ownName;
  for (let suffix = 2; users.has(name); suffix++) name = `${use.ownName}-${suffix}`;
  return name;
}
