import { MemoryJournal, MemoryJournalStore } from '@weir/adapter-journal-memory';
import { canonicalJson, JournalCorrupt, JournalTooNew } from '@weir/core/ports';
import { applyRecord, emptyDurableState, type DurableState } from '@weir/core/state';
import { ReadModel, recoverState } from '@weir/runtime';
import { digest, ManualClock, World } from './world';

const SNAPSHOTS = { everyRecords: 10, keepRecords: 5, keepMs: 0 };

const shown = (state: DurableState): unknown =>
  Object.entries(state).map(([name, value]) => [
    name,
    canonicalJson(value instanceof Map ? [...(value as Map<string, unknown>)] : value),
  ]);

/** A loop that has done something, at work long enough to have cut its journal. */
async function busy(store = new MemoryJournalStore(), snapshots = SNAPSHOTS): Promise<World> {
  const world = await new World({ store, snapshots }).start();
  await world.objective('a', 'l1', 'l2');
  for (let round = 0; round < 40; round++) {
    const reason = `round ${round}`;
    await world.engine.command({ verb: 'freeze', by: 'test', reason });
    await world.engine.command({ verb: 'unfreeze', by: 'test' });
    await world.run(1_000);
  }
  expect(world.fatal).toBeNull();
  await world.engine.stop();
  return world;
}

const warnings: string[] = [];
const log = { warn: (message: string) => void warnings.push(message) };
beforeEach(() => (warnings.length = 0));

describe('snapshots of the running loop', () => {
  it('recovers from a cut journal the state that the loop had, and goes on', async () => {
    const store = new MemoryJournalStore();
    const world = await busy(store);
    expect(store.base.sequence).toBeGreaterThan(10);
    const recovered = await recoverState(new MemoryJournal(store), digest, log);
    expect(recovered.snapshotSequence).toBeGreaterThan(store.base.sequence);
    expect(shown(recovered.durable)).toEqual(shown(world.engine.durable));
    expect(recovered.head.sequence).toBe(store.length);
    expect(await world.journal.verify()).toMatchObject({ chain: 'ok' });

    const again = await new World({ store, clock: new ManualClock(), snapshots: SNAPSHOTS }).start(
      2,
    );
    expect(again.engine.durable.intents.size).toBe(1);
    await again.run(2_000);
    expect(again.fatal).toBeNull();
    expect((await again.journal.verify()).snapshots?.every((one) => one.finding === null)).toBe(
      true,
    );
  });

  it('is the fold of all records at each snapshot that it takes', async () => {
    const store = new MemoryJournalStore();
    const everything = { ...SNAPSHOTS, keepRecords: 1_000_000 };
    const world = await busy(store, everything);
    expect(store.base.sequence).toBe(0);
    const all = (await world.records()).reduce(applyRecord, emptyDurableState);
    for (let kept = 2; kept > 0; kept--) {
      const recovered = await recoverState(new MemoryJournal(store), digest, log);
      expect(recovered.snapshotSequence).toBe(store.snapshots[0]?.sequence);
      expect(shown(recovered.durable)).toEqual(shown(all));
      store.snapshots = store.snapshots.slice(1);
    }
    expect((await recoverState(new MemoryJournal(store), digest, log)).snapshotSequence).toBe(0);
    expect(warnings).toEqual([]);
  });

  it('keeps records that are younger than it is told', async () => {
    const store = new MemoryJournalStore();
    await busy(store, { ...SNAPSHOTS, keepMs: 3_600_000 });
    expect(store.snapshots).toHaveLength(2);
    expect(store.base.sequence).toBe(0);
  });
});

describe('a snapshot that cannot be stored', () => {
  it('is said, costs no change, and the next one is taken', async () => {
    const store = new MemoryJournalStore();
    const world = await new World({ store, snapshots: SNAPSHOTS }).start();
    const { snapshots } = world.journal;
    const save = jest.spyOn(snapshots, 'save').mockRejectedValueOnce(new Error('no space left'));
    for (let round = 0; round < 30; round++) {
      await world.engine.command({ verb: 'freeze', by: 'test', reason: `round ${round}` });
      await world.run(1_000);
    }
    expect(world.fatal).toBeNull();
    expect(world.warnings).toContain('snapshot could not be stored');
    expect(save.mock.calls.length).toBeGreaterThan(1);
    expect(store.snapshots.length).toBeGreaterThan(0);
    await world.engine.stop();
    const recovered = await recoverState(world.journal, digest, log);
    expect(shown(recovered.durable)).toEqual(shown(world.engine.durable));
  });
});

describe('a snapshot that cannot be used', () => {
  /** Edits the newest snapshot the given number of times, from the newest on. */
  async function spoilt(count: number, edit: (text: string) => string) {
    const store = new MemoryJournalStore();
    const world = await busy(store);
    store.snapshots = store.snapshots.map((one, index) =>
      index < count ? { ...one, text: edit(one.text) } : one,
    );
    return { world, store, journal: new MemoryJournal(store) };
  }

  it.each([
    ['edited', (text: string) => text.replace('"incidentCount":0', '"incidentCount":7')],
    ['cut short', (text: string) => text.slice(0, 200)],
    ['of another shape', () => '{"formatVersion":1}'],
    ['empty', () => ''],
  ])(
    'is passed over when it is %s: the one before is used, and the log says so',
    async (_, edit) => {
      const { world, journal, store } = await spoilt(1, edit);
      const recovered = await recoverState(journal, digest, log);
      expect(recovered.snapshotSequence).toBe(store.snapshots[1]?.sequence);
      expect(shown(recovered.durable)).toEqual(shown(world.engine.durable));
      expect(warnings).toEqual(['snapshot is not used, an older one or the records are']);
    },
  );

  it('stops the start when the records are gone too, and says what to do', async () => {
    const { journal, store } = await spoilt(2, () => '');
    const refused = recoverState(journal, digest, log);
    await expect(refused).rejects.toThrow(JournalCorrupt);
    await expect(refused).rejects.toThrow(/put a backup of the journal's directory back/);
    await expect(refused).rejects.toMatchObject({ sequence: store.base.sequence });
    await expect(new World({ store }).start(2)).rejects.toThrow(JournalCorrupt);
  });

  it('does not count without a record of the chain, so none can be slipped in', async () => {
    const { world, journal, store } = await spoilt(0, String);
    const [newest] = store.snapshots;
    const sequence = store.length;
    const text = newest?.text.replace(`"sequence":${newest.sequence}`, `"sequence":${sequence}`);
    const hash = store.link(sequence)?.hash ?? '';
    await journal.snapshots.save(1, { sequence, hash, atMs: 1, text: text ?? '' });
    const recovered = await recoverState(journal, digest, log);
    expect(recovered.snapshotSequence).toBe(newest?.sequence);
    expect(shown(recovered.durable)).toEqual(shown(world.engine.durable));
  });
});

describe('a journal of a newer version', () => {
  const strange = { kind: 'warp-engaged', factor: 9 } as never;

  it('is refused at the start and by readers, with the record and what to do', async () => {
    const store = new MemoryJournalStore();
    await new MemoryJournal(store).append(1, 1, [{ kind: 'unfrozen', by: 'a' }, strange]);
    const refused = recoverState(new MemoryJournal(store), digest, log);
    await expect(refused).rejects.toThrow(JournalTooNew);
    await expect(refused).rejects.toThrow(
      /record 2 is of kind "warp-engaged".*start the version that wrote it/,
    );
    const record = store.at(2);
    expect(() => record && new ReadModel().apply(record)).toThrow(JournalTooNew);
  });

  it('is refused by its snapshot', async () => {
    const store = new MemoryJournalStore();
    await busy(store);
    store.snapshots = store.snapshots.map((one) => ({
      ...one,
      text: one.text.replace('"formatVersion":1', '"formatVersion":2'),
    }));
    await expect(recoverState(new MemoryJournal(store), digest, log)).rejects.toThrow(
      /snapshot is of format 2, this version reads up to 1/,
    );
  });
});
