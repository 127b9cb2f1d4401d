import type { Any } from '@weir/proto-gen';

/** Every message of the API that travels packed is named like this. */
const TYPE_PREFIX = 'type.googleapis.com/apipb.';

interface Codec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

export const pack = <Message>(name: string, codec: Codec<Message>, message: Message): Any => ({
  typeUrl: TYPE_PREFIX + name,
  value: Buffer.from(codec.encode(message).finish()),
});

/** Name of the packed message, e.g. `NextHopAttribute`. */
export const nameOf = (any: Any): string => any.typeUrl.slice(any.typeUrl.lastIndexOf('.') + 1);

/** A message whose fields are all zero has no bytes at all. */
export const unpack = <Message>(any: Any, codec: Codec<Message>): Message =>
  codec.decode(any.value ?? new Uint8Array());
