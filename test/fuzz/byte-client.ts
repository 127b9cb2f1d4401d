import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { Violation } from './driver';

/** Longest wait for an answer; a server that needs it hangs. */
const ANSWER_MS = 20_000;

/** A watcher of nothing new hears nothing; the call was taken if it is not refused by then. */
const WATCH_MS = 200;

const same = (bytes: Buffer): Buffer => bytes;

export interface Answer {
  /** gRPC status; 0 is OK. */
  readonly code: number;
  readonly details: string;
  readonly bytes: Buffer | null;
}

/** A gRPC client that sends bytes as they are. */
export class ByteClient {
  private readonly client: Client;
  private readonly metadata = new Metadata();

  constructor(port: number, token = '') {
    this.client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
    });
    if (token !== '') this.metadata.set('authorization', `Bearer ${token}`);
  }

  unary(path: string, bytes: Uint8Array): Promise<Answer> {
    return new Promise((resolve) => {
      const deadline = Date.now() + ANSWER_MS;
      this.client.makeUnaryRequest(
        path,
        same,
        same,
        Buffer.from(bytes),
        this.metadata,
        { deadline },
        (error: ServiceError | null, answer?: Buffer) =>
          resolve({ code: error?.code ?? 0, details: error?.details ?? '', bytes: answer ?? null }),
      );
    });
  }

  /** Sends messages on a stream and takes what comes until the end, an error, or one answer. */
  stream(path: string, messages: readonly Uint8Array[]): Promise<Answer> {
    return new Promise((resolve) => {
      const call = this.client.makeBidiStreamRequest(path, same, same, this.metadata, {
        deadline: Date.now() + ANSWER_MS,
      });
      call.on('error', ({ code, details }: ServiceError) =>
        resolve({ code, details, bytes: null }),
      );
      call.on('data', (bytes: Buffer) => {
        resolve({ code: 0, details: '', bytes });
        call.cancel();
      });
      call.on('end', () => resolve({ code: 0, details: '', bytes: null }));
      for (const bytes of messages) call.write(Buffer.from(bytes));
      call.end();
    });
  }

  /** A call that streams answers without end: a short wait without an error is an OK. */
  watch(path: string, bytes: Uint8Array): Promise<Answer> {
    return new Promise((resolve) => {
      const call = this.client.makeServerStreamRequest(
        path,
        same,
        same,
        Buffer.from(bytes),
        this.metadata,
      );
      const finish = (code: number, details: string): void => {
        clearTimeout(enough);
        resolve({ code, details, bytes: null });
        call.cancel();
      };
      const enough = setTimeout(() => finish(0, ''), WATCH_MS);
      call.on('error', ({ code, details }: ServiceError) => finish(code, details));
      call.on('data', () => finish(0, ''));
      call.on('end', () => finish(0, ''));
    });
  }

  close(): void {
    this.client.close();
  }
}

/** Statuses with which a peer's bad input may be answered. */
const REFUSALS: Readonly<Record<number, string>> = {
  3: 'INVALID_ARGUMENT',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  8: 'RESOURCE_EXHAUSTED',
  9: 'FAILED_PRECONDITION',
  10: 'ABORTED',
  12: 'UNIMPLEMENTED',
};

/** grpc-js itself answers INTERNAL to bytes that are no message. */
const NO_MESSAGE = /deserializ|parsing|decod|index out of range|invalid wire type|string/i;

/** The status in a word; INTERNAL of our own, UNKNOWN and silence are violations. */
export function statusWord({ code, details }: Answer): string {
  if (code === 0) return 'OK';
  if (code === 13 && NO_MESSAGE.test(details) && !/^internal/.test(details)) return 'no message';
  const word = REFUSALS[code];
  if (word === undefined) throw new Violation(`answered with status ${code}: ${details}`);
  return word;
}
