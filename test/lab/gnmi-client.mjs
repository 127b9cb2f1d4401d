/** A gNMI client of one switch, as an operator's own tool would be: leaves by path, and commits. */
import { credentials, Metadata } from '@grpc/grpc-js';
import { toProtoPath } from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';

/**
 * One Set of `{path: value}`; `commit` is an extension as `unlessConfirmed` makes it. Rejects with the
 * target's answer, whose `code` is the gRPC status.
 */
export function setLeaves(address, leaves, { commit, deletes = [], timeoutMs = 5000 } = {}) {
  const request = gnmi.SetRequest.fromPartial({
    delete: deletes.map((path) => toProtoPath(path)),
    update: Object.entries(leaves).map(([path, value]) => ({
      path: toProtoPath(path),
      val: { value: { $case: 'jsonIetfVal', value: Buffer.from(JSON.stringify(value)) } },
    })),
    extension: commit === undefined ? [] : [{ ext: { $case: 'commit', value: commit } }],
  });
  const client = new gnmi.gNMIClient(address, credentials.createInsecure());
  const options = { deadline: Date.now() + timeoutMs };
  return new Promise((resolve, reject) => {
    client.set(request, new Metadata(), options, (error, response) => {
      client.close();
      if (!error) return resolve(response);
      const what = `gNMI Set on ${address}: ${error.details ?? error.message}`;
      reject(Object.assign(new Error(what), { code: error.code }));
    });
  });
}

/** The change comes back by itself unless it is confirmed in time. */
export const unlessConfirmed = (id, afterMs) => {
  const seconds = BigInt(Math.floor(afterMs / 1000));
  const rollbackDuration = { seconds, nanos: (afterMs % 1000) * 1e6 };
  return { id, action: { $case: 'commit', value: { rollbackDuration } } };
};
