import { rateUnderLoss } from '../queueing/congestion-control';
import type { Conditions } from '../traffic/conditions';
import type { Offer } from '../traffic/offer';
import { Iterations, STALLED_MS } from './iterations';
import type {
  Granted,
  Observation,
  ParameterServerSpec,
  RingAllReduceSpec,
  Workload,
  WorkloadContext,
} from './workload';

/** One transfer of an iteration, from a worker to another host. */
interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  /** Transfers of one phase run at the same time; phases follow each other. */
  readonly phase: number;
}

type TrainingSpec = ParameterServerSpec | RingAllReduceSpec;

/** Synchronous training: the slowest transfer of each phase decides how long the iteration takes. */
export class Training implements Workload {
  scale = 1;
  readonly done = false;
  private readonly iterations = new Iterations();
  private readonly transfers: readonly Transfer[];
  private phaseDuty: number[] = [];
  private current: readonly { readonly offer: Offer; readonly transfer: Transfer }[] = [];
  private cachedVersion = -1;
  private unreachable = false;

  constructor(
    readonly spec: TrainingSpec,
    private readonly context: WorkloadContext,
  ) {
    this.transfers = transfersOf(spec);
    this.phaseDuty = [...new Set(this.transfers.map((transfer) => transfer.phase))].map(() => 0.3);
  }

  offers(conditions: Conditions): readonly Offer[] {
    const { spec, context } = this;
    if (this.cachedVersion !== context.routing.version) {
      this.cachedVersion = context.routing.version;
      this.current = this.route(conditions);
      this.unreachable = this.current.length < this.transfers.length;
    }
    return this.current.map(({ offer, transfer }) => ({
      ...offer,
      duty: Math.min(0.999, this.phaseDuty[transfer.phase] ?? 0),
      ecnCapable: spec.ecnCapable,
    }));
  }

  advance(dtMs: number, granted: Granted, conditions: Conditions): void {
    const { spec, context } = this;
    const phaseMs = this.phaseDuty.map(() => 0);
    let delivered = 1;
    this.current.forEach(({ offer, transfer }, i) => {
      const ms = (transfer.bytes * this.scale * 8000) / Math.max(1, granted.onBps(i));
      phaseMs[transfer.phase] = Math.max(phaseMs[transfer.phase] ?? 0, ms);
      // The last three packets of a transfer have nobody behind them to trigger a fast retransmit.
      delivered *= (1 - conditions.lossRatio(offer.channels, context.queue, true)) ** 3;
    });
    const latencyMs = this.latencyMs(conditions);
    const transferMs = phaseMs.reduce((sum, ms) => sum + ms, 0);
    const timeoutRatio = 1 - delivered;
    const meanMs = this.unreachable
      ? STALLED_MS
      : transferMs + latencyMs + timeoutRatio * spec.minRtoMs;
    const draw = (): number => {
      if (this.unreachable) return STALLED_MS;
      const timeout = context.random.next() < timeoutRatio ? spec.minRtoMs : 0;
      return transferMs + latencyMs + timeout;
    };
    this.iterations.advance(dtMs, spec.computeMs, meanMs, draw);
    const periodMs = spec.computeMs + meanMs;
    this.phaseDuty = this.phaseDuty.map(
      (duty, phase) => duty + 0.5 * ((phaseMs[phase] ?? 0) / periodMs - duty),
    );
  }

  take(): Observation[] {
    return this.iterations.take(this.spec.name, this.spec.class);
  }

  private route(conditions: Conditions): { offer: Offer; transfer: Transfer }[] {
    const { spec, context } = this;
    return this.transfers.flatMap((transfer) => {
      const flow = `${spec.name}/${transfer.from}>${transfer.to}`;
      const path = context.routing.single(transfer.from, transfer.to, flow);
      if (path === null) return [];
      const lost = conditions.grayLossRatio(path.channels);
      const offer: Offer = {
        workload: spec.name,
        channels: path.channels,
        queue: context.queue,
        prefix: context.network.endpoints.get(transfer.to)?.spec.prefix ?? '',
        kind: 'elastic',
        demandBps: rateUnderLoss(lost, conditions.baseRttMs(path.channels)),
        connections: spec.kind === 'parameter-server' ? spec.connections : 1,
        duty: 0.5,
        burst: null,
        ecnCapable: spec.ecnCapable,
      };
      return [{ offer, transfer }];
    });
  }

  /** Latency that does not depend on size: one way per step of the algorithm. */
  private latencyMs(conditions: Conditions): number {
    const steps = this.spec.kind === 'ring-allreduce' ? 2 * (this.spec.workers.length - 1) : 2;
    let oneWayMs = 0;
    for (const { offer } of this.current) {
      const queueMs = conditions.busyDelayMs(offer.channels, this.context.queue);
      oneWayMs = Math.max(oneWayMs, conditions.baseRttMs(offer.channels) / 2 + queueMs);
    }
    return steps * oneWayMs;
  }
}

function transfersOf(spec: TrainingSpec): Transfer[] {
  if (spec.kind === 'ring-allreduce') {
    const n = spec.workers.length;
    // 2(n-1) steps of one n-th each, to the next in the ring (Patarasuk and Yuan 2009).
    const bytes = (2 * (n - 1) * spec.bytes) / n;
    return spec.workers.map((from, i) => ({
      from,
      to: spec.workers[(i + 1) % n] ?? from,
      bytes,
      phase: 0,
    }));
  }
  const between = (phase: number) => (worker: string, server: string) =>
    phase === 0
      ? { from: worker, to: server, bytes: spec.shardBytes, phase }
      : { from: server, to: worker, bytes: spec.shardBytes, phase };
  return [0, 1].flatMap((phase) =>
    spec.workers.flatMap((worker) => spec.servers.map((server) => between(phase)(worker, server))),
  );
}
