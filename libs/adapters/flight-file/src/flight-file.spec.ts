import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { block, BLOCK, fileHead, jsonBytes } from './flight-format';
import { FlightDirectory, listFlights, parseFlight } from './index';

const FROM_MS = Date.UTC(2026, 0, 31, 12, 34, 56, 789);
const entries = (text: string): Uint8Array => new TextEncoder().encode(text);
const silent = (error: Error): never => {
  throw error;
};

let dir: string;
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'weir-flight-file-')), 'flight');
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true }));

const directory = (keep = 10, maxBytes = 1e9) => new FlightDirectory({ dir, keep, maxBytes });

async function written(text: string, fromMs = FROM_MS, store = directory()): Promise<string> {
  const file = store.open({ fromMs, version: '1.2.3' }, silent);
  for (const part of text.match(/.{1,7}/g) ?? []) file.append(entries(part));
  await file.close(fromMs + 5_000);
  const found = listFlights(dir).filter((item) => item.fromMs === fromMs);
  return found.at(-1)?.path ?? '';
}

describe('a recording on disk', () => {
  it('has a name that tells when it begins, and comes back as it was', async () => {
    const path = await written('what was seen, entry by entry');
    expect(path).toBe(join(dir, 'flight-20260131T123456789Z-1.weirflight'));
    const content = parseFlight(readFileSync(path));
    expect(content).toMatchObject({
      ok: true,
      value: { version: '1.2.3', fromMs: FROM_MS, toMs: FROM_MS + 5_000, complete: true },
    });
    if (content.ok)
      expect(new TextDecoder().decode(content.value.entries)).toBe('what was seen, entry by entry');
  });

  it('is not seen under its own name before it is whole', async () => {
    const file = directory().open({ fromMs: FROM_MS, version: '1' }, silent);
    file.append(entries('x'));
    expect(listFlights(dir).map((item) => item.ended)).toEqual([false]);
    await file.close(FROM_MS);
    expect(listFlights(dir).map((item) => item.ended)).toEqual([true]);
  });

  it('keeps so many, and so many bytes; the oldest go first, other files stay', async () => {
    mkdirSync(dir);
    writeFileSync(join(dir, 'notes.txt'), 'mine');
    for (let i = 0; i < 5; i++) await written(`recording ${i}`, FROM_MS + i, directory(3));
    expect(listFlights(dir).map((item) => item.fromMs - FROM_MS)).toEqual([2, 3, 4]);
    await written('one more', FROM_MS + 9, directory(10, 150));
    expect(listFlights(dir).map((item) => item.fromMs - FROM_MS)).toEqual([4, 9]);
    expect(readFileSync(join(dir, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('gives another name to one that begins at the same moment', async () => {
    await written('one');
    const path = await written('two');
    expect(path).toContain('Z-2.weirflight');
  });

  it('tells that it cannot be written, and takes bytes all the same', async () => {
    writeFileSync(join(dir, '..', 'flight'), 'a file where the directory should be');
    const told: string[] = [];
    const file = directory().open({ fromMs: FROM_MS, version: '1' }, (error) => {
      told.push(error.message);
    });
    file.append(entries('x'));
    await file.close(FROM_MS);
    expect(told).toHaveLength(1);
    rmSync(dir);
  });

  it('is readable by its owner only', async () => {
    const path = await written('traffic of a company');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('a file that is read', () => {
  it('ends where a process was killed, and is of use up to there', async () => {
    const bytes = readFileSync(await written('0123456789'));
    for (let length = bytes.length - 1; length > 12; length--) {
      const content = parseFlight(bytes.subarray(0, length));
      if (content.ok) expect(content.value.complete).toBe(false);
      // Cut within its head there is nothing to use yet.
      else expect(content.error.code).toBe('flight-damaged');
    }
  });

  it('property: one byte that changed is refused with its place, and is never read as something else', async () => {
    const bytes = readFileSync(await written('what was seen, and what came of it'));
    expect(parseFlight(bytes).ok).toBe(true);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const copy = Uint8Array.from(bytes);
        copy[at] = (copy[at] ?? 0) ^ bits;
        const content = parseFlight(copy);
        if (content.ok) throw new Error(`byte ${at} may be anything`);
        if (content.error.code === 'flight-damaged')
          expect(content.error.where).toMatch(/^byte \d+$/);
        else expect(content.error.where).toBe('format version');
      }),
      { numRuns: 1_000 },
    );
  });

  it('of another format is refused with the version that can read it', () => {
    const bytes = Buffer.concat([
      fileHead(),
      block(BLOCK.head, jsonBytes({ version: '9.8.7', fromMs: 1 })),
    ]);
    bytes[8] = 2;
    expect(parseFlight(bytes)).toMatchObject({
      ok: false,
      error: { code: 'flight-unsupported', where: 'format version' },
    });
    const refused = parseFlight(bytes);
    expect(refused.ok ? '' : refused.error.reason).toContain('Weir 9.8.7');
  });

  it('that unpacks to more than is allowed is refused', async () => {
    const bytes = readFileSync(await written('a'.repeat(100_000)));
    expect(parseFlight(bytes, 1_000)).toMatchObject({
      ok: false,
      error: { code: 'flight-damaged' },
    });
  });

  it.each([
    ['nothing', ''],
    ['text', 'apiVersion: weir.dev/v1'],
    ['a head alone', 'WEIRFLT\n'],
  ])('that is %s is refused', (_, text) => {
    expect(parseFlight(entries(text))).toMatchObject({ ok: false, error: { where: 'byte 0' } });
  });
});
