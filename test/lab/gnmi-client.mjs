/** A gNMI client of one switch, as an operator's own tool would be: leaves by path, and commits. */
import { credentials, Metadata } from '@grpc/grpc-js';
import { elemsOf, formatPath, plainValue, toProtoPath } from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';

/** Asks once; rejects with the target's answer, whose `code` is the gRPC status. */
function call(address, method, request, timeoutMs = 5000) {
  const client = new gnmi.gNMIClient(address, credentials.createInsecure());
  const options = { deadline: Date.now() + timeoutMs };
  return new Promise((resolve, reject) => {
    client[method](request, new Metadata(), options, (error, response) => {
      client.close();
      if (!error) return resolve(response);
      const what = `gNMI ${method} on ${address}: ${error.details ?? error.message}`;
      reject(Object.assign(new Error(what), { code: error.code }));
    });
  });
}

/** One Set of `{path: value}`; `commit` is an extension made by one of the functions below. */
export function setLeaves(address, leaves, { commit, deletes = [], timeoutMs } = {}) {
  const request = gnmi.SetRequest.fromPartial({
    delete: deletes.map((path) => toProtoPath(path)),
    update: Object.entries(leaves).map(([path, value]) => ({
      path: toProtoPath(path),
      val: { value: { $case: 'jsonIetfVal', value: Buffer.from(JSON.stringify(value)) } },
    })),
    extension: commit === undefined ? [] : [{ ext: { $case: 'commit', value: commit } }],
  });
  return call(address, 'set', request, timeoutMs);
}

/** The configuration below a path, as `{canonical path: value}`. */
export async function configOf(address, path) {
  const request = gnmi.GetRequest.fromPartial({
    path: [toProtoPath(path)],
    type: gnmi.GetRequest_DataType.CONFIG,
    encoding: gnmi.Encoding.PROTO,
  });
  const { notification } = await call(address, 'get', request);
  const leaves = {};
  for (const { prefix, update } of notification)
    for (const item of update)
      leaves[formatPath([...elemsOf(prefix), ...elemsOf(item.path)])] = plainValue(item.val);
  return leaves;
}

/** The change comes back by itself unless it is confirmed in time. */
export const unlessConfirmed = (id, afterMs) => {
  const seconds = BigInt(Math.floor(afterMs / 1000));
  const rollbackDuration = { seconds, nanos: (afterMs % 1000) * 1e6 };
  return { id, action: { $case: 'commit', value: { rollbackDuration } } };
};

export const confirmation = (id) => ({ id, action: { $case: 'confirm', value: {} } });

/** Moves the deadline of the commit that waits to `afterMs` from now. */
export const newDeadline = (id, afterMs) => {
  const seconds = BigInt(Math.floor(afterMs / 1000));
  const rollbackDuration = { seconds, nanos: (afterMs % 1000) * 1e6 };
  return { id, action: { $case: 'setRollbackDuration', value: { rollbackDuration } } };
};
