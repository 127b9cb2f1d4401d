/** A command of the API role to the engine, and its answer; both JSON. */
export interface CommandBus {
  /** API side. Rejects when no engine answers within `timeoutMs`. */
  request(command: unknown, timeoutMs: number): Promise<unknown>;
  /** Engine side. The handler's result is the answer. Only one handler at a time. */
  serve(handler: (command: unknown) => Promise<unknown>): Promise<void>;
  close(): Promise<void>;
}

/** Broadcast of binary messages on named topics; at most once, newest matters. */
export interface Broadcast {
  publish(topic: string, message: Uint8Array): Promise<void>;
  subscribe(topic: string, handler: (message: Uint8Array) => void): Promise<void>;
  close(): Promise<void>;
}
