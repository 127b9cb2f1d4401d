import {
  emptyObservedState,
  initialLoopState,
  type LoopEnv,
  type LoopEvent,
  type LoopState,
} from '@weir/core/loop';
import type { Change, RecordBody, TelemetryFrame } from '@weir/core/model';
import type { FlightFile, FlightStore } from '@weir/core/ports';
import { FlightRecorder, type FlightOptions } from './recorder';
import { readEntries } from './recording';

const topology = { name: 't', revision: 'r1', devices: new Map(), links: [], endpoints: new Map() };
const env = {
  topology,
  policy: { name: 'p', hash: 'h', groups: {} },
  profiles: new Map(),
  intentKinds: new Map(),
  strategies: {},
  digest: () => '',
  operationTimeoutMs: 1_000,
} as unknown as LoopEnv;

/** Recordings in memory. */
class Files implements FlightStore {
  readonly files: { bytes: number[]; closed: boolean; fail: (error: Error) => void }[] = [];
  open(_: unknown, fail: (error: Error) => void): FlightFile {
    const file = { bytes: [] as number[], closed: false, fail };
    this.files.push(file);
    return {
      append: (entries) => file.bytes.push(...entries),
      close: () => {
        file.closed = true;
        return Promise.resolve();
      },
    };
  }
}

function setup(options: Partial<FlightOptions> = {}) {
  const store = new Files();
  const errors: string[] = [];
  const counts = new Map<string, number>();
  const ring = { bytes: 0 };
  const metric = {
    add: (by: number, labels?: Readonly<Record<string, string>>) => {
      const key = labels?.['outcome'] ?? '';
      counts.set(key, (counts.get(key) ?? 0) + by);
    },
    set: (value: number) => (ring.bytes = value),
    observe: () => undefined,
  };
  const metrics = { counter: () => metric, gauge: () => metric, histogram: () => metric };
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (message: string) => errors.push(message),
  };
  const recorder = new FlightRecorder(
    { store, log, metrics, policyText: () => 'text of the policy' },
    {
      version: '1',
      keepMs: 60_000,
      maxBytes: 1e6,
      keyframeMs: 10_000,
      marginMs: 5_000,
      ...options,
    },
  );
  return { recorder, store, errors, counts, ring };
}

function frameAt(sequence: number, workloads: unknown[] = []): TelemetryFrame {
  return {
    sequence,
    atMs: sequence,
    layout: { revision: 'r1' },
    channels: { txBps: Float64Array.of() },
    workloads,
  } as unknown as TelemetryFrame;
}

/** One pass at a second of the run. */
function pass(
  recorder: FlightRecorder,
  second: number,
  given: { event?: LoopEvent; state?: LoopState; records?: readonly RecordBody[] } = {},
): void {
  const now = { monoMs: second * 1000, wallMs: 1e12 + second * 1000 };
  const event: LoopEvent = given.event ?? { kind: 'tick', frame: frameAt(second) };
  const state = given.state ?? initialLoopState;
  recorder.given(env, state, event, now);
  recorder.came({ state, records: given.records ?? [], effects: [] }, now);
}

const stateWith = (state: Change['state']): LoopState => ({
  durable: {
    ...initialLoopState.durable,
    changes: new Map([['chg-1', { id: 'chg-1', state }]]) as never,
  },
  observed: emptyObservedState,
});
const proposed = { kind: 'change-proposed', change: { id: 'chg-1' } } as unknown as RecordBody;

function kindsIn(bytes: readonly number[]): string[] {
  return [...readEntries(Uint8Array.from(bytes))].map((entry) => {
    if (!entry.ok) throw new Error(entry.error.reason);
    return entry.value.kind;
  });
}

describe('FlightRecorder', () => {
  it('writes nothing while nothing is decided', () => {
    const { recorder, store } = setup();
    for (let second = 0; second < 100; second++) pass(recorder, second);
    expect(store.files).toEqual([]);
  });

  it('writes the minutes before a change, and goes on until it has settled and a margin is over', () => {
    const { recorder, store } = setup();
    for (let second = 0; second < 30; second++) pass(recorder, second);
    pass(recorder, 30, { records: [proposed], state: stateWith('applying') });
    for (let second = 31; second < 60; second++)
      pass(recorder, second, { state: stateWith('verifying') });
    expect(store.files).toMatchObject([{ closed: false }]);
    pass(recorder, 60, { state: stateWith('confirmed') });
    expect(store.files).toMatchObject([{ closed: true }]);
    const kinds = kindsIn(store.files[0]?.bytes ?? []);
    expect(kinds.slice(0, 2)).toEqual(['environment', 'keyframe']);
    expect(kinds.filter((kind) => kind === 'event')).toHaveLength(61);
    expect(kinds.filter((kind) => kind === 'keyframe')).toHaveLength(7);
  });

  it('forgets what is older than its time, and what is more than its memory', () => {
    const { recorder, store, ring } = setup({ maxBytes: 20_000 });
    const text = 'x'.repeat(1_000);
    for (let second = 0; second < 200; second++) {
      const frame = frameAt(second, [{ workload: `${text}${second}` }]);
      pass(recorder, second, { event: { kind: 'tick', frame } });
      expect(ring.bytes).toBeLessThan(25_000);
    }
    pass(recorder, 200, { records: [proposed] });
    const events = kindsIn(store.files[0]?.bytes ?? []).filter((kind) => kind === 'event');
    expect(events.length).toBeGreaterThan(5);
    expect(events.length).toBeLessThan(25);
  });

  it('begins another file where one would grow beyond its size', () => {
    const { recorder, store } = setup({ maxBytes: 20_000 });
    const text = 'x'.repeat(1_000);
    for (let second = 0; second < 60; second++) {
      const frame = frameAt(second, [{ workload: `${text}${second}` }]);
      const records = second === 0 ? [proposed] : [];
      const state = stateWith('verifying');
      pass(recorder, second, { event: { kind: 'tick', frame }, records, state });
    }
    expect(store.files.length).toBeGreaterThan(1);
    for (const { bytes } of store.files) {
      expect(bytes.length).toBeLessThan(30_000);
      expect(kindsIn(bytes).slice(0, 2)).toEqual(['environment', 'keyframe']);
    }
  });

  it('tells and counts what cannot be written, lets the change go on, and tries again at the next', () => {
    const { recorder, store, errors, counts } = setup();
    pass(recorder, 0, { records: [proposed] });
    store.files[0]?.fail(new Error('ENOSPC'));
    pass(recorder, 1);
    expect(errors).toEqual(['flight recording could not be written']);
    expect(counts.get('failed')).toBe(1);
    expect(store.files).toHaveLength(1);
    pass(recorder, 2, { records: [proposed] });
    expect(store.files).toHaveLength(2);
  });

  it('never throws into the engine, whatever it is given', () => {
    const { recorder, errors } = setup();
    const event = { kind: 'command', requestId: 'r', command: { at: 1n } } as unknown as LoopEvent;
    expect(() => {
      pass(recorder, 0, { event });
      pass(recorder, 1);
    }).not.toThrow();
    expect(errors).toEqual(['flight recorder stopped: changes go on without it']);
  });

  it('writes out what led to the end of an engine', () => {
    const { recorder, store } = setup();
    pass(recorder, 0);
    recorder.given(env, initialLoopState, { kind: 'policy-replaced' }, { monoMs: 1, wallMs: 1 });
    recorder.failed('assertion failed');
    expect(store.files).toMatchObject([{ closed: true }]);
    expect(kindsIn(store.files[0]?.bytes ?? []).at(-1)).toBe('failed');
  });

  it('keeps nothing of frames that are of another topology', () => {
    const { recorder, store } = setup();
    const frame = { ...frameAt(0), layout: { revision: 'r2' } } as unknown as TelemetryFrame;
    pass(recorder, 0, { event: { kind: 'tick', frame }, records: [proposed] });
    expect(store.files.flatMap((file) => file.bytes)).toEqual([]);
  });
});
