import { failedPrecondition } from '@weir/gnmi';
import { portPath } from './paths';
import { stateLines, type PortState } from './tree';
import { wantedText, type QosConfig } from './wanted';

export interface Drift {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/** What is not the agent's making could not be put back; it is left to whoever made it. */
export function checkUndoable(dev: string, state: PortState): void {
  const at = `${portPath(dev)}/output`;
  if (state.kind === 'foreign')
    throw failedPrecondition(`${at}: ${somebodysRoot(dev, state.text)}`);
  if (state.kind === 'default') return;
  const others = [...state.tree.leaves.values()].flatMap((leaf) =>
    leaf.kind === 'other' ? [leaf.text] : [],
  );
  const strange = [...others, ...state.tree.strange];
  if (strange.length > 0)
    throw failedPrecondition(
      `${at}: somebody put into the tree of ${dev} what could not be put back: ` +
        `${strange.join('; ')}; take it away first`,
    );
}

export const somebodysRoot = (dev: string, text: string): string =>
  `${dev} has a root discipline of somebody else (${text}); take it away first ` +
  `("tc qdisc del dev ${dev} root"), or leave the port without QoS`;

export function changedPorts(before: QosConfig, after: QosConfig): ReadonlySet<string> {
  const names = new Set([...before.keys(), ...after.keys()]);
  return new Set(
    [...names].filter((dev) => wantedText(before.get(dev)) !== wantedText(after.get(dev))),
  );
}

export function difference(dev: string, wanted: PortState, present: PortState): Drift {
  const [left, right] = [stateLines(dev, wanted), stateLines(dev, present)];
  const [mine, theirs] = [new Set(left), new Set(right)];
  return {
    missing: left.filter((line) => !theirs.has(line)),
    unexpected: right.filter((line) => !mine.has(line)),
  };
}
