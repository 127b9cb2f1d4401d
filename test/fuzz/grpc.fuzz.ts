import fc from 'fast-check';
import { northbound } from '@weir/proto-gen';
import { ByteClient, statusWord } from './byte-client';
import { INTENT, startFuzzedDaemon } from './daemon';
import { Violation, type Door, type OpenDoor } from './driver';
import { hostileText, hostileValue, mutatedMessage, wellFormed } from './inputs';

interface Input {
  readonly rpc: string;
  readonly bytes: Uint8Array;
}

const text = fc.oneof(
  fc.constantFrom('chg-1', 'LatencyObjective', 'chat', '0123456789abcdef'),
  hostileText.map((value) => wellFormed(value)),
);
const page = fc.record({ pageSize: fc.constantFrom(0, 1, 500, 2 ** 31 - 1), pageToken: text });

/** A Struct can hold what JSON can; raw tokens of documents are text here. */
const spec = fc
  .tuple(fc.constantFrom(...Object.keys(INTENT.spec), 'x', '__proto__'), fc.option(hostileValue))
  .map(([key, value]) =>
    value === null ? INTENT : { ...INTENT, spec: { ...INTENT.spec, [key]: value } },
  );

const reroute = fc.record({
  device: fc.oneof(fc.constant('leaf1'), text),
  prefix: fc.oneof(fc.constant('10.0.2.0/24'), text),
  weights: fc.dictionary(
    fc.constantFrom('eth1', 'eth2', 'eth9', '__proto__'),
    fc.constantFrom(0, 1, 65_535, 2 ** 32 - 1),
  ),
});
const queueTarget = {
  device: text,
  interface: fc.constantFrom('eth1', 'x'),
  queue: fc.constantFrom('rt', ''),
};

type Encoded = fc.Arbitrary<Uint8Array>;
const CALLS: Readonly<Record<string, Encoded>> = {
  GetStatus: fc.constant(new Uint8Array()),
  ListChanges: page.map((one) =>
    northbound.ListChangesRequest.encode(northbound.ListChangesRequest.fromPartial(one)).finish(),
  ),
  Explain: text.map((id) => northbound.ExplainRequest.encode({ id }).finish()),
  GetChange: text.map((changeId) => northbound.GetChangeRequest.encode({ changeId }).finish()),
  ListIntents: page.map((one) =>
    northbound.ListIntentsRequest.encode(northbound.ListIntentsRequest.fromPartial(one)).finish(),
  ),
  PutIntent: fc
    .tuple(spec, fc.boolean())
    .map(([resource, dryRun]) =>
      northbound.PutIntentRequest.encode(
        northbound.PutIntentRequest.fromPartial({ resource, dryRun }),
      ).finish(),
    ),
  DeleteIntent: fc
    .tuple(text, text)
    .map(([kind, name]) =>
      northbound.DeleteIntentRequest.encode({ kind, name, dryRun: false }).finish(),
    ),
  Propose: fc
    .oneof(
      fc
        .array(reroute, { maxLength: 3 })
        .map((routes) => ({ $case: 'reroute' as const, value: { routes } })),
      fc
        .array(
          fc.record({ ...queueTarget, scalingFactor: fc.constantFrom(-9, 0, 8, 2 ** 31 - 1) }),
          { maxLength: 2 },
        )
        .map((settings) => ({ $case: 'buffer' as const, value: { settings } })),
      fc
        .array(fc.record({ ...queueTarget, weight: fc.constantFrom(0, 1, 1_000_001) }), {
          maxLength: 2,
        })
        .map((settings) => ({ $case: 'scheduler' as const, value: { settings } })),
      fc
        .array(
          fc.record({
            ...queueTarget,
            minThresholdBytes: fc.constantFrom(0n, 5n, 2n ** 62n),
            maxThresholdBytes: fc.constantFrom(0n, 9n, 2n ** 63n - 1n),
            maxProbabilityPercent: fc.constantFrom(0, 100, 101, 2 ** 31 - 1),
          }),
          { maxLength: 2 },
        )
        .map((settings) => ({ $case: 'ecn' as const, value: { settings } })),
      fc
        .record({
          device: fc.constantFrom('leaf1', 'nobody', ''),
          color: fc.constantFrom(0, 1, 2 ** 32 - 1),
          endpoint: fc.constantFrom('10.255.0.2', '2001:db8::9', '224.0.0.1', 'x'),
          preference: fc.constantFrom(0, 100, 2 ** 32 - 1),
          segmentLists: fc.array(
            fc.record({
              weight: fc.constantFrom(0, 1, 2 ** 32 - 1),
              segments: fc.array(fc.constantFrom('15', '16001', '1048576', 'fc00:0:1::', '', '-1')),
            }),
            { maxLength: 9 },
          ),
        })
        .map((one) => ({ $case: 'srPolicy' as const, value: { policies: [one] } })),
    )
    .map((action) =>
      northbound.ProposeRequest.encode(
        northbound.ProposeRequest.fromPartial({ action: action as never, dryRun: true }),
      ).finish(),
    ),
  Approve: fc
    .record({ changeId: text, planHash: text, reason: text })
    .map((one) => northbound.ApproveRequest.encode(one).finish()),
  Reject: fc
    .record({ changeId: text, reason: text })
    .map((one) => northbound.RejectRequest.encode(one).finish()),
  Undo: text.map((changeId) => northbound.UndoRequest.encode({ changeId, dryRun: true }).finish()),
  Freeze: text.map((reason) => northbound.FreezeRequest.encode({ reason }).finish()),
  Unfreeze: fc.constant(new Uint8Array()),
  SetMode: fc
    .record({ name: text, mode: fc.constantFrom(0, 1, 5, 99) })
    .map((one) =>
      northbound.SetModeRequest.encode(
        northbound.SetModeRequest.fromPartial(one as never),
      ).finish(),
    ),
  Unfence: text.map((device) => northbound.UnfenceRequest.encode({ device }).finish()),
  WatchJournal: fc
    .constantFrom(0n, 1n, 2n ** 53n, 2n ** 63n - 1n)
    .map((fromSequence) =>
      northbound.WatchJournalRequest.encode(
        northbound.WatchJournalRequest.fromPartial({ fromSequence } as never),
      ).finish(),
    ),
};

const input: fc.Arbitrary<Input> = fc.oneof(
  ...Object.entries(CALLS).map(([rpc, bytes]) =>
    fc.record({ rpc: fc.constant(rpc), bytes: mutatedMessage(bytes) }),
  ),
);

async function open(): Promise<OpenDoor<Input>> {
  const { daemon, token, check, close } = await startFuzzedDaemon();
  const client = new ByteClient(daemon.addresses.grpc, token);
  const feed = async ({ rpc, bytes }: Input): Promise<string> => {
    const at = `/weir.v1.Northbound/${rpc}`;
    const answer =
      rpc === 'WatchJournal' ? await client.watch(at, bytes) : await client.unary(at, bytes);
    // 14 is a refusal of ours when it begins with our code: the engine holds or is away.
    const word =
      answer.code === 14 && /^[a-z-]+: /.test(answer.details) ? 'UNAVAILABLE' : statusWord(answer);
    if (answer.code !== 0 && word !== 'no message' && !/^[a-z][a-z-]+: /.test(answer.details))
      throw new Violation(`${rpc}: ${word} without a stable code: ${answer.details}`);
    check();
    return `${rpc} ${word}`;
  };
  return {
    feed,
    good: async () => {
      const resource = INTENT;
      const bytes = northbound.PutIntentRequest.encode(
        northbound.PutIntentRequest.fromPartial({ resource, dryRun: false }),
      ).finish();
      for (const one of [
        { rpc: 'GetStatus', bytes: new Uint8Array() },
        { rpc: 'PutIntent', bytes },
      ]) {
        const outcome = await feed(one);
        if (!outcome.endsWith(' OK')) throw new Violation(outcome);
      }
    },
    close: async () => {
      client.close();
      await close();
    },
  };
}

/** The gRPC northbound of the whole controller. */
export const grpcDoor: Door<Input> = {
  name: 'grpc',
  about: 'messages of every call of weir.v1.Northbound',
  input,
  open,
};
