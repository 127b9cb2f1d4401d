import { KernelRefusal, type Kernel } from './kernel';

/** What this kernel and its tools can do, found by trying; `reason` says what is missing. */
export interface KernelCapabilities {
  readonly nexthopGroups: Capability;
}

export type Capability =
  { readonly available: true } | { readonly available: false; readonly reason: string };

/**
 * Deletes a nexthop that does not exist: only a kernel with nexthop objects (5.3), tools that know
 * them, and CAP_NET_ADMIN lead to the answer that there is none. Nothing is changed either way.
 */
export async function probeCapabilities(
  kernel: Kernel,
  unusedId: number,
): Promise<KernelCapabilities> {
  try {
    await kernel.run([{ words: ['nexthop', 'del', 'id', String(unusedId)], prefix: '' }]);
  } catch (error) {
    if (!(error instanceof KernelRefusal)) throw error;
    if (!error.detail.includes('No such file or directory'))
      return { nexthopGroups: { available: false, reason: error.detail } };
  }
  return { nexthopGroups: { available: true } };
}
