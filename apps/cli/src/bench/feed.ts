import { SubscribeDecoder } from '@weir/adapter-gnmi';
import type { DeviceId, Topology } from '@weir/core/model';
import { gnmi } from '@weir/proto-gen';
import { toProtoPath } from '@weir/gnmi';
import type { ColumnStore } from '@weir/runtime';

/**
 * Counters count from 2^56 and time stamps are above it: both take nine bytes as varints, so that a
 * message can be brought up to date in place and stays the message that a target would have sent.
 * No bigint is made for it, because the garbage of many would be counted as ours.
 */
const BASE = 2n ** 56n;
const NINE = 9;
const TWO_28 = 2 ** 28;

interface Counter {
  /** Place of the varint in the message. */
  readonly at: number;
  /** Increase per second at full use of the line. */
  readonly perSecond: number;
  /** Count above 2^56. */
  count: number;
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
    ([name], i) => [name, { $case: 'uintVal' as const, value: BASE + BigInt(i + 1) }] as const,
  );
  const bytes = encode(prefix, Date.now(), values);
  const counters: Counter[] = [];
  const wanted = Buffer.alloc(NINE);
  let from = 0;
  leaves.forEach(([, perSecond], i) => {
    putNine(wanted, 0, 1, 0, i + 1);
    const at = bytes.indexOf(wanted, from);
    counters.push({ at, perSecond, count: i + 1 });
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
  putStamp(message.bytes, message.stampAt, Math.round(nowMs * 1000));
  for (const counter of message.counters) {
    if (counter.perSecond === 0) continue;
    counter.count += Math.round(counter.perSecond * utilization * elapsedS);
    const middle = Math.floor(counter.count / TWO_28);
    putNine(message.bytes, counter.at, 1, middle, counter.count - middle * TWO_28);
  }
}

/** Microseconds since the epoch as the nanoseconds of a time stamp. */
function putStamp(bytes: Buffer, at: number, us: number): void {
  const upper = Math.floor(us / TWO_28);
  const low = (us - upper * TWO_28) * 1000;
  const carry = Math.floor(low / TWO_28);
  const rest = upper * 1000 + carry;
  const top = Math.floor(rest / TWO_28);
  putNine(bytes, at, top, rest - top * TWO_28, low - carry * TWO_28);
}

/** A varint of nine bytes: 7 bits of `top`, 28 of `middle`, 28 of `low`. */
function putNine(bytes: Buffer, at: number, top: number, middle: number, low: number): void {
  for (let i = 0; i < 4; i++, low >>>= 7) bytes[at + i] = (low & 0x7f) | 0x80;
  for (let i = 4; i < 8; i++, middle >>>= 7) bytes[at + i] = (middle & 0x7f) | 0x80;
  bytes[at + 8] = top;
}
