import type { EcnSetting } from '../network/settings';
import { drainMs, PACKET_BYTES, windowPackets, type Senders } from './senders';

/** Where senders that answer marks hold a queue, and the share of packets marked there. */
export interface MarkedQueue {
  readonly depthBytes: number;
  readonly markRatio: number;
}

/**
 * The share of marks that keeps a DCTCP window W in balance is sqrt(2 / W) (Alizadeh et al.,
 * DCTCP, SIGCOMM 2010, section 3.3; DCQCN's fixed point behaves alike, Zhu et al. 2015). A ramp
 * from Kmin to Kmax gives that share at the depth returned; with Kmin = Kmax it is the step of
 * the paper and the queue stays at K. Two packets a connection are always on their way, however
 * hard they are marked, so very many connections hold more than the ramp.
 */
export function markedQueue(senders: Senders, ecn: EcnSetting, serviceBps: number): MarkedQueue {
  const window = windowPackets(senders, drainMs(ecn.minThresholdBytes, serviceBps));
  const markRatio = Math.min(1, Math.sqrt(2 / window));
  const ramp = Math.min(1, markRatio / Math.max(ecn.maxProbability, 1e-6));
  const onRamp = ecn.minThresholdBytes + (ecn.maxThresholdBytes - ecn.minThresholdBytes) * ramp;
  return {
    depthBytes: Math.max(onRamp, leastDepthBytes(senders, serviceBps)),
    markRatio,
  };
}

/** Two packets of each connection, less what fits on the wire. */
export function leastDepthBytes(senders: Senders, serviceBps: number): number {
  const onWireBytes = (serviceBps * senders.baseRttMs) / 8000;
  return Math.max(0, senders.connections * 2 * PACKET_BYTES - onWireBytes);
}
