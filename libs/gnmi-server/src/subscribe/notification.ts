import { gnmi } from '@weir/proto-gen';
import {
  encodeLeaf,
  jsonText,
  toProtoPath,
  type LeafType,
  type PathElem,
  type ValueEncoding,
} from '@weir/gnmi';
import type { StateValue } from '../backend';
import { shaped } from '../data-tree';
import { WireWriter, varintSize } from './wire-writer';

const { Encoding } = gnmi;

/** Tags: field number x 8 + wire type (0 varint, 1 fixed 64, 2 length-delimited). */
const RESPONSE_UPDATE = 0x0a;
const RESPONSE_SYNC = 0x18;
const TIMESTAMP = 0x08;
const PREFIX = 0x12;
const UPDATE = 0x22;
const DELETE = 0x2a;
const UPDATE_PATH = 0x0a;
const UPDATE_VAL = 0x1a;
const UPDATE_DUPLICATES = 0x20;
const STRING_VAL = 0x0a;
const INT_VAL = 0x10;
const UINT_VAL = 0x18;
const BOOL_VAL = 0x20;
const DOUBLE_VAL = 0x71;
const JSON_VAL = 0x52;
const JSON_IETF_VAL = 0x5a;

export const SYNC_RESPONSE = Buffer.from([RESPONSE_SYNC, 1]);

/** A path message with its tag and length in front, ready to be copied into messages. */
export function pathField(
  kind: 'prefix' | 'update' | 'delete',
  elems: readonly PathElem[],
  origin = '',
  target = '',
): Buffer {
  const bytes = gnmi.Path.encode(toProtoPath(elems, origin, target)).finish();
  const writer = new WireWriter();
  writer.byte(kind === 'prefix' ? PREFIX : kind === 'delete' ? DELETE : UPDATE_PATH);
  writer.varint(bytes.length);
  writer.bytes(bytes);
  return writer.finish();
}

/**
 * Encodes SubscribeResponse messages with one Notification each. One instance serves one stream:
 * begin, any number of update and remove, end.
 */
export class NotificationEncoder {
  private readonly body = new WireWriter();
  private readonly value = new WireWriter();
  private readonly message = new WireWriter();
  /** Updates and deletes since begin. */
  size = 0;

  constructor(private readonly encoding: ValueEncoding) {}

  /** `prefix` is a pathField; every path that follows is relative to it. */
  begin(timeNs: bigint, prefix: Buffer): void {
    this.size = 0;
    this.body.reset();
    this.body.byte(TIMESTAMP);
    this.body.varint64(timeNs);
    this.body.bytes(prefix);
  }

  update(path: Buffer, value: StateValue, type: LeafType | undefined, duplicates = 0): void {
    this.size += 1;
    this.writeValue(shaped(value, type), type);
    const valueSize = this.value.length;
    const extra = duplicates > 0 ? 1 + varintSize(duplicates) : 0;
    this.body.byte(UPDATE);
    this.body.varint(path.length + 1 + varintSize(valueSize) + valueSize + extra);
    this.body.bytes(path);
    this.body.byte(UPDATE_VAL);
    this.body.varint(valueSize);
    this.body.bytes(this.value.view());
    if (duplicates > 0) {
      this.body.byte(UPDATE_DUPLICATES);
      this.body.varint(duplicates);
    }
  }

  /** `path` is a pathField of kind 'delete'. */
  remove(path: Buffer): void {
    this.size += 1;
    this.body.bytes(path);
  }

  /** The finished SubscribeResponse. */
  end(): Buffer {
    this.message.reset();
    this.message.byte(RESPONSE_UPDATE);
    this.message.varint(this.body.length);
    this.message.bytes(this.body.view());
    return this.message.finish();
  }

  private writeValue(value: StateValue, type: LeafType | undefined): void {
    const out = this.value;
    out.reset();
    if (this.encoding !== Encoding.PROTO) {
      out.byte(this.encoding === Encoding.JSON ? JSON_VAL : JSON_IETF_VAL);
      out.text(jsonText(value, type, this.encoding));
    } else if (type?.kind === 'integer') {
      // 64-bit configuration leaves are kept as decimal text, counters beyond 2^53 may be doubles.
      this.writeScalar(isSmall(value) ? value : BigInt(value), type.signed);
    } else if (type === undefined) {
      this.writeScalar(value, false);
    } else if (typeof value === 'string' && (type.kind === 'string' || type.kind === 'names')) {
      this.writeScalar(value, false);
    } else {
      out.bytes(gnmi.TypedValue.encode(encodeLeaf(value, type, Encoding.PROTO)).finish());
    }
  }

  private writeScalar(value: StateValue, signed: boolean): void {
    const out = this.value;
    if (typeof value === 'string') {
      out.byte(STRING_VAL);
      out.text(value);
    } else if (typeof value === 'boolean') {
      out.byte(BOOL_VAL);
      out.byte(value ? 1 : 0);
    } else if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      out.byte(DOUBLE_VAL);
      out.double(value);
    } else {
      out.byte(signed || value < 0 ? INT_VAL : UINT_VAL);
      if (typeof value === 'number' && value >= 0) out.varint(value);
      else out.varint64(BigInt(value));
    }
  }
}

const isSmall = (value: StateValue): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value);
