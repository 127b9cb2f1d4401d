import { randomUUID } from 'node:crypto';
import { Queue, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { DeviceOperation, OperationReport } from '@weir/core/model';
import type { OperationQueue } from '@weir/core/ports';
import { connection } from './connection';
import { DeviceLines } from './device-lines';
import { defectReport, staleReport } from './report-json';
import { ReportReader } from './report-reader';

export interface BullQueueOptions {
  readonly url: string;
  /** Prefix of all keys. */
  readonly prefix: string;
  /** Devices that this process works on side by side. Default 64. */
  readonly concurrency?: number;
  /** Life of a worker's lock on a job, ms: how long a dead worker's job waits. Default 5,000. */
  readonly lockMs?: number;
  /** How often jobs of dead workers and lines without a job are looked for, ms. Default 2,000. */
  readonly checkMs?: number;
  /** Told about trouble that is tried again. */
  readonly warn?: (message: string, fields: Record<string, unknown>) => void;
}

interface Turn {
  readonly device: string;
  readonly run: string;
}

type Execute = (operation: DeviceOperation) => Promise<OperationReport>;

/** A job that stalls is made again and again; what would stop it is a newer epoch. */
const MAX_STALLED = 1_000_000;

export class BullQueue implements OperationQueue {
  readonly #options: BullQueueOptions;
  readonly #redis: Redis;
  readonly #lines: DeviceLines;
  readonly #jobs: Queue<Turn>;
  readonly #generationKey: string;
  /** What this engine wants done and has no report of yet. */
  readonly #open = new Map<string, DeviceOperation>();
  readonly #connections: Redis[] = [];
  readonly #checks: NodeJS.Timeout[] = [];
  #generation: string | null = null;
  #worker: Worker<Turn> | null = null;
  #reader: ReportReader | null = null;
  #closed = false;

  constructor(options: BullQueueOptions) {
    this.#options = options;
    this.#redis = this.#connect(false);
    this.#lines = new DeviceLines(this.#redis, options.prefix);
    this.#generationKey = `${options.prefix}:operations:generation`;
    this.#jobs = new Queue(QUEUE, { connection: this.#connect(false), prefix: options.prefix });
    this.#jobs.on('error', (error) => this.#warn(error));
  }

  async enqueue(operation: DeviceOperation): Promise<void> {
    if (this.#closed) throw new Error('operation queue: closed');
    this.#open.set(operation.id, operation);
    await this.#submit(operation);
  }

  async onReport(handler: (report: OperationReport) => void): Promise<void> {
    if (this.#reader) throw new Error('operation queue: somebody reads the reports already');
    this.#reader = new ReportReader(
      this.#redis,
      this.#connect(true),
      this.#lines.reportsKey,
      (report) => {
        const open = this.#open.get(report.operation.id);
        if (open && open.epoch <= report.operation.epoch) this.#open.delete(open.id);
        handler(report);
      },
    );
    await this.#reader.start();
    this.#every(this.#options.checkMs ?? 2_000, () => this.#restoreAfterFlush());
  }

  async work(execute: Execute): Promise<void> {
    if (this.#worker) throw new Error('operation queue: somebody works already');
    const checkMs = this.#options.checkMs ?? 2_000;
    this.#worker = new Worker<Turn>(QUEUE, (job) => this.#turn(job, execute), {
      connection: this.#connect(true),
      prefix: this.#options.prefix,
      concurrency: this.#options.concurrency ?? 64,
      lockDuration: this.#options.lockMs ?? 5_000,
      stalledInterval: checkMs,
      maxStalledCount: MAX_STALLED,
    });
    this.#worker.on('error', (error) => this.#warn(error));
    await this.#worker.waitUntilReady();
    this.#every(checkMs, () => this.#kickAll());
    await this.#kickAll();
  }

  depth(): Promise<number> {
    return this.#lines.depth();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const check of this.#checks) clearInterval(check);
    await this.#worker?.close();
    await this.#reader?.stop();
    await this.#jobs.close();
    for (const redis of this.#connections) redis.disconnect();
  }

  async #submit(operation: DeviceOperation): Promise<void> {
    const run = await this.#lines.enqueue(operation);
    if (run !== null) await this.#kick({ device: operation.device, run });
  }

  async #turn(job: Job<Turn>, execute: Execute): Promise<void> {
    const { device, run } = job.data;
    const started = await this.#lines.start(device, run);
    if (started.kind === 'skip') return;
    const { operation, epoch } = started;
    const report =
      started.kind === 'stale'
        ? staleReport(operation, epoch)
        : await execute(operation).catch((error: unknown) => defectReport(operation, error));
    const next = await this.#lines.finish(run, report);
    if (next !== null) await this.#kick({ device, run: next });
  }

  /** Makes the job of the head of a line; a job that exists already is left as it is. */
  async #kick(turn: Turn): Promise<void> {
    const options = { jobId: `run-${turn.run}`, removeOnComplete: true, removeOnFail: true };
    await this.#jobs.add('operation', turn, options);
  }

  /** Lines whose head has no job: the process that should have made it died in between. */
  async #kickAll(): Promise<void> {
    for (const head of await this.#lines.heads()) await this.#kick(head);
  }

  async #restoreAfterFlush(): Promise<void> {
    const fresh = randomUUID();
    await this.#redis.set(this.#generationKey, fresh, 'NX');
    const generation = await this.#redis.get(this.#generationKey);
    const lost = this.#generation !== null && generation !== this.#generation;
    this.#generation = generation;
    if (!lost) return;
    this.#reader?.rewind();
    this.#options.warn?.('operation queue: Redis lost its data; open operations are made again', {
      operations: this.#open.size,
    });
    for (const operation of this.#open.values()) await this.#submit(operation);
  }

  #every(periodMs: number, check: () => Promise<void>): void {
    const run = (): void => void check().catch((error: unknown) => this.#warn(error));
    this.#checks.push(setInterval(run, periodMs));
    run();
  }

  #warn(error: unknown): void {
    if (this.#closed) return;
    this.#options.warn?.('operation queue: Redis is in trouble', { error: String(error) });
  }

  #connect(blocking: boolean): Redis {
    const redis = connection(this.#options.url, blocking);
    this.#connections.push(redis);
    return redis;
  }
}

const QUEUE = 'operations';
