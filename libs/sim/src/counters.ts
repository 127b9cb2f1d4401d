/** Egress and ingress of one port since boot. Whole numbers are formed when they are read. */
export interface InterfaceCounters {
  inOctets: number;
  inPkts: number;
  outOctets: number;
  outPkts: number;
  outDiscards: number;
  readonly queues: QueueCounters[];
}

export interface QueueCounters {
  transmitPkts: number;
  transmitOctets: number;
  droppedPkts: number;
  droppedOctets: number;
  ecnMarkedPkts: number;
  ecnMarkedOctets: number;
  /** Mean of the last second, bytes. */
  avgQueueLenBytes: number;
  /** Peak of the last second, bytes. */
  maxQueueLenBytes: number;
}

export interface SwitchCounters {
  readonly interfaces: Map<string, InterfaceCounters>;
  /** prefix -> octets forwarded */
  readonly prefixes: Map<string, number>;
}

export const newInterfaceCounters = (queues: number): InterfaceCounters => ({
  inOctets: 0,
  inPkts: 0,
  outOctets: 0,
  outPkts: 0,
  outDiscards: 0,
  queues: Array.from({ length: queues }, () => ({
    transmitPkts: 0,
    transmitOctets: 0,
    droppedPkts: 0,
    droppedOctets: 0,
    ecnMarkedPkts: 0,
    ecnMarkedOctets: 0,
    avgQueueLenBytes: 0,
    maxQueueLenBytes: 0,
  })),
});
