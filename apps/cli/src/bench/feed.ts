import { SubscribeDecoder } from '@weir/adapter-gnmi';
import type { DeviceId, Topology } from '@weir/core/model';
import { gnmi } from '@weir/proto-gen';
import { toProtoPath } from '@weir/gnmi';
import type { ColumnStore } from '@weir/runtime';

/**
 * Values and time stamps from here up to 2^63 take nine bytes as varints, so that a message can be
 * brought up to date in place and stays the message that a target would have sent.
 */
const NINE_BYTES_FROM = 2n ** 56n;
const NINE = 9;

interface Counter {
  /** Place of the varint in the message. */
  readonly at: number;
  /** Increase per second at full use of the line. */
  readonly perSecond: number;
  value: bigint;
}

interface Message {
  readonly device: DeviceId;
  readonly bytes: Buffer;
  readonly stampAt: number;
  readonly counters: readonly Counter[];
  sentMs: number;
}

/** Leaf, and its increase per second on a full 100 Gb/s line. */
type Leaf = readonly [name: string, perSecond: number];

const OCTETS = 12.5e9;
const PACKETS = OCTETS / 1000;
const INTERFACE_LEAVES: readonly Leaf[] = [
  ['in-octets', OCTETS],
  ['out-octets', OCTETS],
  ['out-pkts', PACKETS],
  ['in-discards', 0],
  ['out-discards', 0],
  ['in-errors', 0],
  ['out-errors', 0],
];
const QUEUE_LEAVES: readonly Leaf[] = [
  ['transmit-octets', OCTETS / 2],
  ['transmit-pkts', PACKETS / 2],
  ['dropped-pkts', 0],
  ['ecn-marked-pkts', 0],
  ['avg-queue-len', 0],
  ['max-queue-len', 0],
];

/**
 * The Subscribe streams of a whole fabric, as bytes: one notification per interface, queue and
 * forwarding entry, each brought up to date and decoded when its turn comes. Making the bytes is
 * the targets' work; decoding them is ours.
 */
export class FabricFeed {
  private readonly messages: Message[] = [];
  private readonly decoders = new Map<DeviceId, SubscribeDecoder>();
  private readonly byPort = new Map<string, number>();
  private cursor = 0;
  /** Updates decoded so far. */
  updates = 0;

  constructor(
    topology: Topology,
    private readonly store: ColumnStore,
    private readonly utilization: number,
  ) {
    const carrying = new Set(
      [...topology.links.flatMap((link) => [link.a, link.b])]
        .concat([...topology.endpoints.values()].map((endpoint) => endpoint.attachedTo))
        .map((port) => `${port.device}:${port.interface}`),
    );
    const prefixes = new Set([...topology.endpoints.values()].map((endpoint) => endpoint.prefix));
    for (const device of topology.devices.values()) {
      const output = { sink: store, bootTime: () => undefined };
      this.decoders.set(device.id, new SubscribeDecoder(device.id, output));
      for (const name of device.interfaces.keys()) {
        this.byPort.set(`${device.id}:${name}`, this.messages.length);
        const counters = `/interfaces/interface[name=${name}]/state/counters`;
        this.messages.push(messageOf(device.id, counters, INTERFACE_LEAVES));
        if (!carrying.has(`${device.id}:${name}`)) continue;
        for (const queue of new Set(device.queueOfClass.values())) {
          const path = `/qos/interfaces/interface[interface-id=${name}]/output/queues/queue[name=${queue}]/state`;
          this.messages.push(messageOf(device.id, path, QUEUE_LEAVES));
        }
      }
      for (const prefix of prefixes) {
        const path = `/network-instances/network-instance[name=DEFAULT]/afts/ipv4-unicast/ipv4-entry[prefix=${prefix}]/state/counters`;
        this.messages.push(messageOf(device.id, path, [['octets-forwarded', OCTETS / 100]]));
      }
    }
  }

  get size(): { readonly messages: number; readonly paths: number } {
    let paths = 0;
    for (const decoder of this.decoders.values()) paths += decoder.size.paths;
    return { messages: this.messages.length, paths };
  }

  /** Opens all sessions: sends everything twice, and each interface as up. */
  open(nowMs: number): void {
    for (const device of this.decoders.keys()) this.store.session(device, 'connecting', '');
    for (const key of this.byPort.keys()) this.sendStatus(key, nowMs);
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < this.messages.length; i++) this.send(i, nowMs + round, this.utilization);
    for (const device of this.decoders.keys()) this.store.session(device, 'synced', '');
  }

  /** Sends the next messages of the round, a `share` of all. */
  sendShare(share: number, nowMs: number): void {
    const count = Math.min(this.messages.length, Math.ceil(this.messages.length * share));
    for (let i = 0; i < count; i++) {
      this.cursor = (this.cursor + 1) % this.messages.length;
      this.send(this.cursor, nowMs, this.utilization);
    }
  }

  /** Bytes of the next notification of one interface, as a target would send them now. */
  prepare(device: DeviceId, port: string, nowMs: number, utilization: number): Buffer {
    const message = this.messages[this.byPort.get(`${device}:${port}`) ?? -1];
    if (message === undefined) throw new Error(`no interface ${device}:${port} in the feed`);
    update(message, nowMs, utilization);
    return message.bytes;
  }

  /** What the session of the device does with bytes from the stream. */
  receive(device: DeviceId, bytes: Buffer): void {
    this.decoders.get(device)?.decode(bytes);
  }

  private send(index: number, nowMs: number, utilization: number): void {
    const message = this.messages[index] as Message;
    update(message, nowMs, utilization);
    this.receive(message.device, message.bytes);
    this.updates += message.counters.length;
  }

  private sendStatus(key: string, nowMs: number): void {
    const colon = key.indexOf(':');
    const device = key.slice(0, colon) as DeviceId;
    const path = `/interfaces/interface[name=${key.slice(colon + 1)}]/state/oper-status`;
    const bytes = encode(path.slice(0, path.lastIndexOf('/')), nowMs, [
      ['oper-status', { $case: 'stringVal', value: 'UP' }],
    ]);
    this.receive(device, bytes);
  }
}

type Scalar = NonNullable<gnmi.TypedValue['value']>;

function encode(
  prefix: string,
  nowMs: number,
  values: readonly (readonly [leaf: string, value: Scalar])[],
): Buffer {
  const notification: gnmi.Notification = {
    timestamp: BigInt(Math.round(nowMs)) * 1_000_000n,
    prefix: toProtoPath(prefix, 'openconfig'),
    update: values.map(([leaf, value]) => ({
      path: toProtoPath(leaf),
      value: undefined,
      val: { value },
      duplicates: 0,
    })),
    delete: [],
    atomic: false,
  };
  const response = { response: { $case: 'update' as const, value: notification }, extension: [] };
  return Buffer.from(gnmi.SubscribeResponse.encode(response).finish());
}

function messageOf(device: DeviceId, prefix: string, leaves: readonly Leaf[]): Message {
  const values = leaves.map(
    ([name], i) =>
      [name, { $case: 'uintVal' as const, value: NINE_BYTES_FROM + BigInt(i + 1) }] as const,
  );
  const bytes = encode(prefix, Date.now(), values);
  const counters: Counter[] = [];
  let from = 0;
  leaves.forEach(([, perSecond], i) => {
    const value = NINE_BYTES_FROM + BigInt(i + 1);
    const at = bytes.indexOf(varint(value), from);
    counters.push({ at, perSecond, value });
    from = at + NINE;
  });
  return { device, bytes, stampAt: stampPlace(bytes), counters, sentMs: -1 };
}

/** The time stamp is the first field of the notification, which is the first of the response. */
function stampPlace(bytes: Buffer): number {
  let at = 1;
  while ((bytes[at] as number) >= 0x80) at++;
  return at + 2;
}

/** Advances counters by the time since the message was sent last, and sets its time stamp. */
function update(message: Message, nowMs: number, utilization: number): void {
  const elapsedS = message.sentMs < 0 ? 0 : (nowMs - message.sentMs) / 1000;
  message.sentMs = nowMs;
  putVarint(message.bytes, message.stampAt, BigInt(Math.round(nowMs * 1000)) * 1000n);
  for (const counter of message.counters) {
    if (counter.perSecond === 0) continue;
    counter.value += BigInt(Math.round(counter.perSecond * utilization * elapsedS));
    putVarint(message.bytes, counter.at, counter.value);
  }
}

function varint(value: bigint): Buffer {
  const bytes = Buffer.alloc(NINE);
  putVarint(bytes, 0, value);
  return bytes;
}

function putVarint(bytes: Buffer, at: number, value: bigint): void {
  let low = Number(value & 0xfffffffn);
  for (let i = 0; i < 4; i++, low >>>= 7) bytes[at + i] = (low & 0x7f) | 0x80;
  let middle = Number((value >> 28n) & 0xfffffffn);
  for (let i = 4; i < 8; i++, middle >>>= 7) bytes[at + i] = (middle & 0x7f) | 0x80;
  bytes[at + 8] = Number(value >> 56n);
}
