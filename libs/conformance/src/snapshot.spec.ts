import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { canonicalJson } from '@weir/core/ports';
import {
  applyRecord,
  emptyDurableState,
  restoreSnapshot,
  snapshotText,
  snapshotWriter,
  type DurableState,
} from '@weir/core/state';
import { sampleHistory, type SampleRecord } from './sample-history';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const HASH = hashOf('');

function historyOf(seed: number, records: number): SampleRecord[] {
  const history: SampleRecord[] = [];
  for (const record of sampleHistory(seed)) {
    if (history.length === records) return history;
    history.push(record);
  }
  return history;
}

const folded = (records: readonly SampleRecord[], from = emptyDurableState): DurableState =>
  records.reduce(applyRecord, from);

function restored(text: string): DurableState {
  const result = restoreSnapshot(text);
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value.state;
}

/** Values and order of maps, which the fold relies on. */
const shown = (state: DurableState): unknown =>
  Object.entries(state).map(([name, value]) => [
    name,
    canonicalJson(value instanceof Map ? [...(value as Map<string, unknown>)] : value),
  ]);

describe('snapshot of durable state', () => {
  it('folding everything is restoring at any record and folding the rest', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 900 }), fc.nat(300), (seed, cut, more) => {
        const history = historyOf(seed, cut + more);
        const text = snapshotText(folded(history.slice(0, cut)), HASH);
        const state = folded(history.slice(cut), restored(text));
        expect(shown(state)).toEqual(shown(folded(history)));
        expect(state.lastSequence).toBe(cut + more);
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  it('reaches the bounds of what is kept, so that dropping the oldest is part of the property', () => {
    const state = folded(historyOf(7, 8_000));
    expect(state.changeCount).toBeGreaterThan(state.changes.size);
    expect(shown(restored(snapshotText(state, HASH)))).toEqual(shown(state));
  });

  it('is the same text in steps of any size, and is canonical JSON', () => {
    const state = folded(historyOf(3, 400));
    const text = snapshotText(state, HASH);
    expect(text).toBe(canonicalJson(JSON.parse(text)));
    for (const entries of [1, 2, 7, 1_000]) {
      const writer = snapshotWriter(state, HASH);
      while (!writer.step(entries));
      expect(writer.text()).toBe(text);
    }
  });

  it('never throws on a text that was changed, and never takes one that lies about a change', () => {
    const state = folded(historyOf(5, 120));
    const text = snapshotText(state, HASH);
    const byte = fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.nat(text.length - 1), byte, (at, by) => {
        const result = restoreSnapshot(text.slice(0, at) + by + text.slice(at + 1));
        if (result.ok) return;
        expect(result.error.code).toMatch(/^journal-(corrupt|too-new)$/);
        expect(result.error.where).not.toBe('');
      }),
      { numRuns: 500, seed: 4 },
    );
    const parsed = JSON.parse(text) as { state: Record<string, unknown> };
    const changed = (name: string, value: unknown): string =>
      JSON.stringify({ ...parsed, state: { ...parsed.state, [name]: value } });
    for (const [name, value] of [
      ['changes', { $map: [['chg-1', { id: 'chg-1', state: 'flying' }]] }],
      ['changes', []],
      ['intents', { $map: [['a', null]] }],
      ['ruleModes', { $map: [['a', 'full-throttle']] }],
      ['actedMs', { $map: [['a', 'yesterday']] }],
      ['startsMs', [1, '2']],
      ['frozen', true],
      ['epoch', -1],
      [
        'fenced',
        {
          $map: [
            ['leaf1', 'x'],
            ['leaf1', 'y'],
          ],
        },
      ],
    ] as const)
      expect(restoreSnapshot(changed(name, value))).toMatchObject({
        ok: false,
        error: { code: 'journal-corrupt', where: expect.stringContaining(`state.${name}`) },
      });
  });

  it.each([
    ['', 'journal-corrupt', '(root)'],
    ['[]', 'journal-corrupt', '(root)'],
    ['{"formatVersion":2}', 'journal-too-new', 'formatVersion'],
    ['{"formatVersion":"1"}', 'journal-corrupt', 'formatVersion'],
    ['{"formatVersion":1,"hash":"x"}', 'journal-corrupt', 'hash'],
    [`{"formatVersion":1,"hash":"${HASH}","sequence":0,"state":3}`, 'journal-corrupt', 'state'],
    [`{"formatVersion":1,"hash":"${HASH}","sequence":7,"state":{}}`, 'journal-corrupt', 'sequence'],
    [
      `{"formatVersion":1,"hash":"${HASH}","sequence":0,"state":{"warpDrive":1}}`,
      'journal-too-new',
      'state.warpDrive',
    ],
    [
      `{"formatVersion":1,"hash":"${HASH}","sequence":0,"state":{"frozen":${'['.repeat(500)}${']'.repeat(500)}}}`,
      'journal-corrupt',
      `state.frozen${'[0]'.repeat(64)}`,
    ],
  ])('refuses another text with the place (%#)', (text, code, where) => {
    expect(restoreSnapshot(text)).toMatchObject({ ok: false, error: { code, where } });
  });
});
