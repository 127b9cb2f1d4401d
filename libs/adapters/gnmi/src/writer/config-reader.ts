import type { ServiceError } from '@grpc/grpc-js';
import type { Result } from '@weir/core/base';
import { ok, refuse } from '@weir/core/base';
import type { LeafValue } from '@weir/core/model';
import {
  elemsOf,
  flattenJson,
  formatPath,
  GnmiError,
  GrpcStatus,
  isAtOrBelow,
  leafOf,
  parsedPath,
  plainValue,
  toProtoPath,
} from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';
import { errorText, type GnmiClient } from '../client';

type Leaves = Map<string, LeafValue>;

/**
 * Reads the configuration leaves at or below some paths, by Get, or by Subscribe ONCE on targets
 * that do not implement Get. What does not exist is left out of the answer. The deadline holds
 * for the whole.
 */
export async function readConfig(
  client: GnmiClient,
  device: string,
  paths: readonly string[],
  timeoutMs: number,
): Promise<Result<ReadonlyMap<string, LeafValue>>> {
  try {
    return ok(await readAll(client, paths, timeoutMs));
  } catch (error) {
    if (error instanceof ReadFailed) return refuse(error.code, device, error.message);
    if (error instanceof GnmiError)
      return refuse('device-unreachable', device, `The answer cannot be read: ${error.message}.`);
    throw error;
  }
}

class ReadFailed extends Error {
  readonly code: 'device-unreachable' | 'device-rejected';

  constructor(error: ServiceError) {
    super(`Reading the configuration failed: ${errorText(error)}.`);
    this.name = 'ReadFailed';
    const answered = [GrpcStatus.UNAUTHENTICATED, GrpcStatus.PERMISSION_DENIED];
    this.code = answered.includes(error.code) ? 'device-rejected' : 'device-unreachable';
  }
}

/**
 * One Get for all paths. A target answers NOT_FOUND when any of them does not exist, so then each
 * is asked for by itself.
 */
async function readAll(
  client: GnmiClient,
  paths: readonly string[],
  timeoutMs: number,
): Promise<Leaves> {
  const together = await client.get(getRequest(paths), timeoutMs);
  if (together.ok) return configLeaves(notificationsOf(together.value), paths);
  if (together.error.code === GrpcStatus.UNIMPLEMENTED) {
    return configLeaves(await subscribeOnce(client, paths, timeoutMs), paths);
  }
  if (together.error.code !== GrpcStatus.NOT_FOUND) throw new ReadFailed(together.error);
  if (paths.length === 1) return new Map();
  const apart = await Promise.all(
    paths.map(async (path) => {
      const one = await client.get(getRequest([path]), timeoutMs);
      if (one.ok) return notificationsOf(one.value);
      if (one.error.code === GrpcStatus.NOT_FOUND) return [];
      throw new ReadFailed(one.error);
    }),
  );
  return configLeaves(apart.flat(), paths);
}

const getRequest = (paths: readonly string[]): gnmi.GetRequest => ({
  prefix: undefined,
  path: paths.map((path) => toProtoPath(path, 'openconfig')),
  type: gnmi.GetRequest_DataType.CONFIG,
  encoding: gnmi.Encoding.JSON_IETF,
  useModels: [],
  extension: [],
});

const notificationsOf = (response: gnmi.GetResponse): readonly gnmi.Notification[] =>
  response.notification;

/** Leaves below `config` within the paths; targets differ in how much more they send. */
function configLeaves(
  notifications: readonly gnmi.Notification[],
  paths: readonly string[],
): Leaves {
  const leaves: Leaves = new Map();
  const keep = (path: string, value: LeafValue): void => {
    if (parsedPath(path).elems.at(-2)?.name !== 'config') return;
    if (paths.some((base) => isAtOrBelow(path, base))) leaves.set(path, value);
  };
  for (const notification of notifications) {
    const base = elemsOf(notification.prefix);
    for (const update of notification.update) {
      const elems = [...base, ...elemsOf(update.path)];
      const plain = plainValue(update.val);
      if (typeof plain === 'object' && plain !== null) flattenJson(elems, plain, 'keep', keep);
      else {
        const value = scalar(formatPath(elems), plain);
        if (value !== undefined) keep(formatPath(elems), value);
      }
    }
  }
  return leaves;
}

/** In the form that the leaf's type wants, so that leaves read in any way compare equal. */
function scalar(path: string, plain: unknown): LeafValue | undefined {
  let value: LeafValue | undefined;
  flattenJson(parsedPath(path).elems, plain, 'keep', (_, leaf) => (value = leaf));
  return value ?? leafOf(plain);
}

function subscribeOnce(
  client: GnmiClient,
  paths: readonly string[],
  timeoutMs: number,
): Promise<readonly gnmi.Notification[]> {
  return new Promise((resolve, reject) => {
    const stream = client.subscribe(timeoutMs);
    const notifications: gnmi.Notification[] = [];
    stream.on('data', (bytes: Buffer) => {
      let response: gnmi.SubscribeResponse['response'];
      try {
        response = gnmi.SubscribeResponse.decode(bytes).response;
      } catch (error) {
        stream.cancel();
        reject(new GnmiError(GrpcStatus.INTERNAL, `malformed: ${(error as Error).message}`));
        return;
      }
      if (response?.$case === 'update') notifications.push(response.value);
      if (response?.$case !== 'syncResponse') return;
      resolve(notifications);
      stream.cancel();
    });
    // After the sync our own cancel arrives here too, when the promise is settled already.
    stream.on('error', (error: ServiceError) => reject(new ReadFailed(error)));
    stream.on('end', () =>
      reject(new GnmiError(GrpcStatus.DATA_LOSS, 'the stream ended before sync_response')),
    );
    stream.write(onceRequest(paths));
    stream.end();
  });
}

const onceRequest = (paths: readonly string[]): gnmi.SubscribeRequest => ({
  request: {
    $case: 'subscribe',
    value: {
      prefix: undefined,
      subscription: paths.map((path) => ({
        path: toProtoPath(path, 'openconfig'),
        mode: gnmi.SubscriptionMode.TARGET_DEFINED,
        sampleInterval: 0n,
        suppressRedundant: false,
        heartbeatInterval: 0n,
      })),
      qos: undefined,
      mode: gnmi.SubscriptionList_Mode.ONCE,
      allowAggregation: false,
      useModels: [],
      encoding: gnmi.Encoding.JSON_IETF,
      updatesOnly: false,
    },
  },
  extension: [],
});
