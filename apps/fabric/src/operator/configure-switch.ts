import { credentials, Metadata } from '@grpc/grpc-js';
import { parsePath, type LeafMap } from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';

const SET_TIMEOUT_MS = 5_000;

/**
 * Makes `next` the configuration of a switch by a gNMI Set, as a person with a client would: it
 * goes through the switch's own checks, and subscribers see it. Rejects when the switch refuses.
 */
export async function configureSwitch(
  address: string,
  before: LeafMap,
  next: LeafMap,
): Promise<void> {
  const request = setRequest(before, next);
  if (request === null) return;
  const client = new gnmi.gNMIClient(address, credentials.createInsecure());
  try {
    await new Promise<void>((done, fail) => {
      const deadline = Date.now() + SET_TIMEOUT_MS;
      client.set(request, new Metadata(), { deadline }, (error) =>
        error === null ? done() : fail(error),
      );
    });
  } finally {
    client.close();
  }
}

/** The difference as deletes and updates; null when there is none. */
function setRequest(before: LeafMap, next: LeafMap): gnmi.SetRequest | null {
  const gone = [...before.keys()].filter((path) => !next.has(path));
  const changed = [...next].filter(([path, value]) => before.get(path) !== value);
  if (gone.length + changed.length === 0) return null;
  return gnmi.SetRequest.fromPartial({
    delete: gone.map(pathOf),
    update: changed.map(([path, value]) => ({
      path: pathOf(path),
      val: {
        value: { $case: 'jsonIetfVal' as const, value: Buffer.from(JSON.stringify(value)) },
      },
    })),
  } as never);
}

const pathOf = (text: string) => ({
  elem: parsePath(text).map(({ name, key }) => ({ name, key: { ...key } })),
});
