/** Both directions of one port since boot. Whole numbers are formed when they are sent. */
export interface InterfaceCounters {
  inOctets: number;
  inPkts: number;
  /** Packets that came in broken (a frame check failed), where the fault shows at all. */
  inErrors: number;
  outOctets: number;
  outPkts: number;
  outDiscards: number;
  /** Priority pauses that this port told its neighbour. */
  pauseFramesSent: number;
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
  /** Time for which the neighbour has told this queue to pause, ms. */
  pausedMs: number;
  /** Pause frames that it was told with. */
  pauseFramesReceived: number;
}

/** Pause frames that this port was told, for all of its queues. */
export const pauseFramesReceived = ({ queues }: InterfaceCounters): number =>
  queues.reduce((sum, queue) => sum + queue.pauseFramesReceived, 0);

export interface SwitchCounters {
  readonly interfaces: Map<string, InterfaceCounters>;
  /** prefix -> octets forwarded */
  readonly prefixes: Map<string, number>;
}

export const newInterfaceCounters = (queues: number): InterfaceCounters => ({
  inOctets: 0,
  inPkts: 0,
  inErrors: 0,
  outOctets: 0,
  outPkts: 0,
  outDiscards: 0,
  pauseFramesSent: 0,
  queues: Array.from({ length: queues }, () => ({
    transmitPkts: 0,
    transmitOctets: 0,
    droppedPkts: 0,
    droppedOctets: 0,
    ecnMarkedPkts: 0,
    ecnMarkedOctets: 0,
    avgQueueLenBytes: 0,
    maxQueueLenBytes: 0,
    pausedMs: 0,
    pauseFramesReceived: 0,
  })),
});
