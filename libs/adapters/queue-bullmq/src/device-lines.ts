import type { Redis } from 'ioredis';
import type { DeviceOperation, OperationReport } from '@weir/core/model';
import { reportToJson } from './report-json';
import { ENQUEUE, FINISH, START } from './scripts';

/** Reports kept for an engine that is away; a report is a few hundred bytes, an image more. */
const REPORTS_KEPT = 2_000;

export type Started =
  | { readonly kind: 'skip' }
  | { readonly kind: 'stale' | 'run'; readonly operation: DeviceOperation; readonly epoch: number };

/** The lines of the devices in Redis; every change of them is one script. */
export class DeviceLines {
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
  ) {}

  get reportsKey(): string {
    return this.#key('reports');
  }

  /** The run at the head of the device's line. */
  async enqueue(operation: DeviceOperation): Promise<string | null> {
    const { id, device, epoch } = operation;
    const keys = [
      this.#line(device),
      ...['operations', 'ids', 'started', 'devices', 'epoch', 'counter'].map(this.#key),
    ];
    const head = await this.redis.eval(
      ENQUEUE,
      keys.length,
      ...keys,
      id,
      device,
      epoch,
      JSON.stringify(operation),
    );
    return head as string | null;
  }

  async start(device: string, run: string): Promise<Started> {
    const keys = [this.#line(device), ...['operations', 'started', 'epoch'].map(this.#key)];
    const answer = await this.redis.eval(START, keys.length, ...keys, run);
    const [kind, operation, epoch] = answer as ['skip' | 'stale' | 'run', string, number];
    if (kind === 'skip') return { kind };
    return { kind, operation: JSON.parse(operation) as DeviceOperation, epoch };
  }

  /** The run that is at the head of the line now. */
  async finish(run: string, report: OperationReport): Promise<string | null> {
    const { id, device } = report.operation;
    const keys = [
      this.#line(device),
      ...['operations', 'ids', 'started', 'devices', 'reports'].map(this.#key),
    ];
    const stale = report.code === 'fencing-epoch-stale' ? '1' : '0';
    const values = [run, id, device, reportToJson(report), REPORTS_KEPT, stale];
    return (await this.redis.eval(FINISH, keys.length, ...keys, ...values)) as string | null;
  }

  /** Device and head of each line. */
  async heads(): Promise<{ device: string; run: string }[]> {
    const heads = [];
    for (const device of await this.redis.smembers(this.#key('devices'))) {
      const run = await this.redis.lindex(this.#line(device), 0);
      if (run !== null) heads.push({ device, run });
    }
    return heads;
  }

  depth(): Promise<number> {
    return this.redis.hlen(this.#key('operations'));
  }

  readonly #key = (name: string): string => `${this.prefix}:operations:${name}`;

  #line(device: string): string {
    return this.#key(`line:${device}`);
  }
}
