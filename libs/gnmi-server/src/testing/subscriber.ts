import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { gnmi } from '@weir/proto-gen';
import { elemsOf, formatPath, toProtoPath } from '@weir/gnmi';
import type { TestClient } from './client';
import { valuesOf } from './client';
import { until } from './until';

const { SubscriptionMode } = gnmi;

export interface Wanted {
  readonly path: string;
  readonly mode?: gnmi.SubscriptionMode;
  readonly intervalMs?: number;
  readonly suppress?: boolean;
  readonly heartbeatMs?: number;
}

export function subscribeRequest(
  mode: gnmi.SubscriptionList_Mode,
  wanted: readonly Wanted[],
  more: Partial<gnmi.SubscriptionList> = {},
): gnmi.SubscribeRequest {
  const subscription = wanted.map((one) => ({
    path: toProtoPath(one.path),
    mode: one.mode ?? SubscriptionMode.SAMPLE,
    sampleInterval: BigInt(one.intervalMs ?? 0) * 1_000_000n,
    suppressRedundant: one.suppress ?? false,
    heartbeatInterval: BigInt(one.heartbeatMs ?? 0) * 1_000_000n,
  }));
  const value = {
    ...gnmi.SubscriptionList.create({ mode, encoding: gnmi.Encoding.PROTO, subscription }),
    ...more,
  };
  return gnmi.SubscribeRequest.create({ request: { $case: 'subscribe', value } });
}

/** One Subscribe call: everything that came, in order. */
export class Subscriber {
  readonly stream: ClientDuplexStream<gnmi.SubscribeRequest, gnmi.SubscribeResponse>;
  readonly notifications: gnmi.Notification[] = [];
  syncs = 0;
  code: number | null = null;
  ended = false;

  constructor(client: TestClient, request: gnmi.SubscribeRequest) {
    this.stream = client.raw.subscribe(client.metadata);
    this.stream.on('data', (response: gnmi.SubscribeResponse) => {
      if (response.response?.$case === 'update') this.notifications.push(response.response.value);
      if (response.response?.$case === 'syncResponse') this.syncs += 1;
    });
    this.stream.on('error', (error: ServiceError) => {
      this.code = error.code;
    });
    this.stream.on('end', () => {
      this.ended = true;
    });
    this.stream.write(request);
  }

  synced(times = 1): Promise<void> {
    return until(`sync ${times}`, () => this.syncs >= times);
  }

  /** Newest values by path of all that came; deleted leaves are null. */
  values(): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const notification of this.notifications) {
      Object.assign(values, valuesOf(notification));
      const prefix = elemsOf(notification.prefix);
      for (const path of notification.delete)
        values[formatPath([...prefix, ...elemsOf(path)])] = null;
    }
    return values;
  }

  /** How often a leaf was sent. */
  count(path: string): number {
    return this.notifications.filter((one) => path in valuesOf(one)).length;
  }

  poll(): void {
    this.stream.write(gnmi.SubscribeRequest.create({ request: { $case: 'poll', value: {} } }));
  }

  cancel(): void {
    this.stream.cancel();
  }
}
