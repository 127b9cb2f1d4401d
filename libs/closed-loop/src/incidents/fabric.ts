import type { SettingInput } from './draft';
import type { Draw } from './draw';

/** A small leaf-spine fabric. */
export interface Fabric {
  readonly leaves: number;
  readonly spines: number;
  readonly hostsPerLeaf: number;
  readonly linkBps: number;
  readonly hostBps: number;
  readonly bufferBytes: number;
}

/** Rates of links and of host ports as they are sold together, and the buffer of such a switch. */
const GENERATIONS: readonly [Generation, ...Generation[]] = [
  { linkBps: 10e9, hostBps: 10e9, bufferBytes: [9e6, 16e6] },
  { linkBps: 25e9, hostBps: 25e9, bufferBytes: [16e6, 32e6] },
  { linkBps: 40e9, hostBps: 25e9, bufferBytes: [12e6, 24e6] },
  { linkBps: 100e9, hostBps: 25e9, bufferBytes: [16e6, 42e6] },
  { linkBps: 100e9, hostBps: 100e9, bufferBytes: [32e6, 64e6] },
];
interface Generation {
  readonly linkBps: number;
  readonly hostBps: number;
  readonly bufferBytes: readonly [number, number];
}

export function drawFabric(draw: Draw, least: { readonly spines?: number } = {}): Fabric {
  const { linkBps, hostBps, bufferBytes } = draw.pick(GENERATIONS);
  return {
    leaves: draw.whole(4, 8),
    spines: draw.whole(least.spines ?? 2, 4),
    hostsPerLeaf: draw.whole(8, 12),
    linkBps,
    hostBps,
    bufferBytes: Math.round(draw.between(...bufferBytes)),
  };
}

/** Of one leaf to all spines. */
export const uplinkBps = ({ spines, linkBps }: Fabric): number => spines * linkBps;

/** Most that the hosts of one leaf can send. */
export const hostsBps = ({ hostsPerLeaf, hostBps }: Fabric): number => hostsPerLeaf * hostBps;

export const topologyOf = (fabric: Fabric) => ({
  leafSpine: {
    leaves: fabric.leaves,
    spines: fabric.spines,
    hostsPerLeaf: fabric.hostsPerLeaf,
    leavesPerGroup: 4,
    linkCapacity: fabric.linkBps,
    hostCapacity: fabric.hostBps,
    sharedBuffer: fabric.bufferBytes,
  },
});

/** Interfaces of a leaf that lead to hosts. */
export const hostPorts = ({ spines, hostsPerLeaf }: Fabric): string =>
  `eth${spines + 1}-${spines + hostsPerLeaf}`;

/** Kmin and Kmax of HPCC's DCQCN (SIGCOMM 2019), scaled with the rate of the port. */
const marks = (rateBps: number) => ({
  minThreshold: Math.max(15_000, Math.round((100e3 * rateBps) / 25e9)),
  maxThreshold: Math.max(60_000, Math.round((400e3 * rateBps) / 25e9)),
  maxProbability: 0.2,
});

/** Marking of a queue on every port of the fabric, as RoCE fabrics have it. */
export const marking = (fabric: Fabric, name = 'train'): SettingInput[] => [
  { device: '*', queue: { name, ecn: marks(fabric.linkBps) } },
  { device: 'leaf*', queue: { name, interface: hostPorts(fabric), ecn: marks(fabric.hostBps) } },
];
