import { KernelRefusal, type Kernel } from './kernel';

/** What this kernel and its tools can do, found by trying; `reason` says what is missing. */
export interface KernelCapabilities {
  readonly nexthopGroups: Capability;
  /** Groups that move no more flows than a change of weights needs (Linux 5.13). */
  readonly resilientGroups: Capability;
}

export type Capability =
  { readonly available: true } | { readonly available: false; readonly reason: string };

/**
 * Deletes a nexthop that does not exist: only a kernel with nexthop objects (5.3), tools that know
 * them, and CAP_NET_ADMIN lead to the answer that there is none. A resilient group is asked for
 * with a member that does not exist, which is said only by a kernel that knows the type. Nothing is
 * changed either way.
 */
export async function probeCapabilities(
  kernel: Kernel,
  unusedId: number,
): Promise<KernelCapabilities> {
  const id = String(unusedId);
  const nexthopGroups = await probe(kernel, ['nexthop', 'del', 'id', id], /No such file/);
  if (!nexthopGroups.available) return { nexthopGroups, resilientGroups: nexthopGroups };
  const group = ['group', `${unusedId - 1},1`, 'type', 'resilient', 'buckets', '8'];
  const words = ['nexthop', 'add', 'id', id, ...group];
  return { nexthopGroups, resilientGroups: await probe(kernel, words, /Invalid nexthop id/) };
}

/** Available when the command is refused for the expected reason. */
async function probe(kernel: Kernel, words: string[], expected: RegExp): Promise<Capability> {
  try {
    await kernel.run([{ words, prefix: '' }]);
  } catch (error) {
    if (!(error instanceof KernelRefusal)) throw error;
    return expected.test(error.detail)
      ? { available: true }
      : { available: false, reason: error.detail };
  }
  return { available: false, reason: `"ip ${words.join(' ')}" did what it cannot do` };
}
