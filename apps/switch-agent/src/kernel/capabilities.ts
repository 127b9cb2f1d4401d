import { KernelRefusal, type Kernel } from './kernel';

/** What this kernel and its tools can do, found by trying; `reason` says what is missing. */
export interface KernelCapabilities {
  readonly nexthopGroups: Capability;
}

export type Capability =
  { readonly available: true } | { readonly available: false; readonly reason: string };

/** Makes and removes a black-hole nexthop: needs kernel 5.3, iproute2 5.3 and CAP_NET_ADMIN. */
export async function probeCapabilities(
  kernel: Kernel,
  protocol: number,
  probeId: number,
): Promise<KernelCapabilities> {
  const id = String(probeId);
  const words = ['nexthop', 'replace', 'id', id, 'blackhole', 'proto', String(protocol)];
  try {
    await kernel.run([
      { words, prefix: '' },
      { words: ['nexthop', 'del', 'id', id], prefix: '' },
    ]);
    return { nexthopGroups: { available: true } };
  } catch (error) {
    if (!(error instanceof KernelRefusal)) throw error;
    return { nexthopGroups: { available: false, reason: error.message } };
  }
}
