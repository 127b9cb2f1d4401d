import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { FlightDirectory, listFlights, parseFlight } from '@weir/adapter-flight-file';
import { OpenConfigProfile } from '@weir/adapter-gnmi';
import { compilePolicy } from '@weir/adapter-policy-cel';
import { buildScenario, parseScenario, runScenario } from '@weir/closed-loop';
import { ok } from '@weir/core/base';
import { intentKinds } from '@weir/intents';
import { readEntries, replay, type Program } from '@weir/runtime';
import { judged } from './files.fuzz';
import { nothingToClose, Violation, type Door, type OpenDoor } from './driver';

/** Places are ratios of the bytes. `entries`: inside of the checksums, as a forger would. */
interface Input {
  readonly inside: boolean;
  readonly edits: readonly {
    readonly kind: 'flip' | 'set' | 'cut' | 'copy';
    readonly at: number;
    readonly to: number;
    readonly value: number;
  }[];
}

const ratio = fc.double({ min: 0, max: 1, noNaN: true });
const input: fc.Arbitrary<Input> = fc.record({
  inside: fc.boolean(),
  edits: fc.array(
    fc.record({
      kind: fc.constantFrom('flip', 'flip', 'set', 'set', 'cut', 'copy'),
      at: ratio,
      to: ratio,
      value: fc.nat(255),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

const EXAMPLE = resolve(__dirname, '../../examples/scenarios/copy-beside-service.yaml');
/** A moment of the example: enough for every kind of entry but the end of an engine. */
const MOMENT = [
  [/durationMs: 90000.*/, 'durationMs: 6000'],
  [/warmUpMs: \d+/, 'warmUpMs: 1000'],
  ['requestsPerSecond: 1200', 'requestsPerSecond: 20'],
  ['computeMs: 120', 'computeMs: 4000'],
  [/events:\n(.*\n){4}/, ''],
  [/ {2}evaluation: .*\n/, ''],
] as const;

/** Events that are replayed for each input. */
const EVENTS = 12;

const program: Program = {
  profiles: new Map([['openconfig', new OpenConfigProfile()]]),
  intentKinds,
  digest: (text) => createHash('sha256').update(text).digest('hex'),
  compilePolicy,
};

async function recording(): Promise<Buffer> {
  const dir = mkdtempSync(join(tmpdir(), 'weir-fuzz-flight-'));
  try {
    const text = MOMENT.reduce(
      (before, [from, to]) => before.replace(from, to),
      readFileSync(EXAMPLE, 'utf8'),
    );
    const readText = (path: string) => ok(readFileSync(resolve(EXAMPLE, '..', path), 'utf8'));
    const document = parseScenario(text);
    if (!document.ok) throw new Error(document.error.reason);
    const scenario = buildScenario(document.value, { seed: undefined, readText });
    if (!scenario.ok) throw new Error(`${scenario.error.where}: ${scenario.error.reason}`);
    const flight = new FlightDirectory({ dir, keep: 2, maxBytes: 1e9 });
    await runScenario(scenario.value, { loop: 'on', truth: false, flight });
    return readFileSync(listFlights(dir)[0]?.path ?? '');
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Entries up to some events, so that an input takes no longer than it must. */
function beginning(bytes: Uint8Array): Buffer {
  let events = 0;
  for (const entry of readEntries(bytes))
    if (entry.ok && entry.value.kind === 'event' && ++events > EVENTS)
      return Buffer.from(bytes.subarray(0, entry.value.at));
  return Buffer.from(bytes);
}

function edited(bytes: Buffer, { kind, at, to, value }: Input['edits'][number]): Buffer {
  const place = (where: number): number => Math.floor(where * Math.max(0, bytes.length - 1));
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return copy;
  if (kind === 'cut') return copy.subarray(0, place(Math.max(at, to)));
  if (kind === 'copy') bytes.copy(copy, place(at), place(to), place(to) + value);
  else copy[place(at)] = kind === 'set' ? value : (copy[place(at)] as number) ^ (value || 1);
  return copy;
}

const CODES = ['flight-damaged', 'flight-unsupported'] as const;

function feedFile(file: Buffer, whole: Buffer, { edits }: Input): string {
  const bytes = edits.reduce(edited, file);
  const content = parseFlight(bytes, whole.length);
  if (content.ok && !whole.subarray(0, content.value.entries.length).equals(content.value.entries))
    throw new Violation('entries were read that nobody wrote');
  if (content.ok) return content.value.complete ? 'taken' : 'unfinished';
  return judged(content, CODES);
}

function feedEntries(entries: Buffer, { edits }: Input): string {
  const report = replay(edits.reduce(edited, entries), program);
  if (!report.ok) return judged(report, CODES);
  return report.value.identical ? 'taken' : 'differs';
}

async function open(): Promise<OpenDoor<Input>> {
  const file = await recording();
  const content = parseFlight(file);
  if (!content.ok) throw new Error(content.error.reason);
  const whole = Buffer.from(content.value.entries);
  const entries = beginning(whole);
  return {
    feed: (given) => (given.inside ? feedEntries(entries, given) : feedFile(file, whole, given)),
    good: () => {
      if (feedFile(file, whole, { inside: false, edits: [] }) !== 'taken')
        throw new Violation('a good recording is not read');
      const outcome = feedEntries(entries, { inside: true, edits: [] });
      if (outcome !== 'taken') throw new Violation(`a good recording ${outcome}`);
    },
    close: nothingToClose,
  };
}

/** Flight recordings that were damaged on their way, or forged. */
export const flightDoor: Door<Input> = {
  name: 'flight',
  about: 'flight recordings, read and replayed',
  input,
  open,
};
