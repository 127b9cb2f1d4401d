import { sameLeaf, type DeviceId, type LeafDiff, type LeafValue } from '@weir/core/model';
import type { DeviceWriter } from '@weir/core/ports';
import type { Result } from '@weir/core/base';
import { eventually } from './eventually';

/** A writer with one fresh device behind it. */
export interface DeviceWriterHarness {
  readonly writer: DeviceWriter;
  readonly device: DeviceId;
  /** Writable leaf that the device holds at the start, and another valid value for it. */
  readonly present: { readonly path: string; readonly value: LeafValue; readonly other: LeafValue };
  /** Leaves that the device does not hold, which together make one valid new entry. */
  readonly absent: readonly { readonly path: string; readonly value: LeafValue }[];
  /** A change that the device must refuse. */
  readonly refused: LeafDiff;
  dispose(): Promise<void>;
}

const TIMEOUT_MS = 5_000;
/** Long enough never to end within a test. */
const LONG_ROLLBACK_MS = 60_000;
const SHORT_ROLLBACK_MS = 1_000;

type MakeHarness = () => Promise<DeviceWriterHarness>;

/** `commitConfirmed`: whether the devices that `make` starts implement commit-confirmed. */
export function deviceWriterContract(
  name: string,
  commitConfirmed: boolean,
  make: MakeHarness,
): void {
  describe(`device writer contract: ${name}`, () => {
    let harness: DeviceWriterHarness;
    beforeEach(async () => {
      harness = await make();
    });
    afterEach(() => harness.dispose());

    reading(() => harness);
    writing(() => harness);
    probing(() => harness, commitConfirmed);
    if (commitConfirmed) committing(() => harness);
  });
}

function expectOk<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`refused: ${result.error.code}: ${result.error.reason}`);
  return result.value;
}

async function readOne(harness: DeviceWriterHarness, path: string): Promise<LeafValue | null> {
  const leaves = expectOk(await harness.writer.readLeaves(harness.device, [path], TIMEOUT_MS));
  expect(leaves).toHaveLength(1);
  return leaves[0]?.value ?? null;
}

const change = ({ present }: DeviceWriterHarness): LeafDiff => ({
  path: present.path,
  before: present.value,
  after: present.other,
});

const inverse = (leaf: LeafDiff): LeafDiff => ({
  path: leaf.path,
  before: leaf.after,
  after: leaf.before,
});

const creation = (harness: DeviceWriterHarness): readonly LeafDiff[] =>
  harness.absent.map((leaf) => ({ path: leaf.path, before: null, after: leaf.value }));

async function expectValue(
  harness: DeviceWriterHarness,
  path: string,
  expected: LeafValue | null,
): Promise<void> {
  const value = await readOne(harness, path);
  expect({ path, value, same: sameLeaf(value, expected) }).toMatchObject({ same: true });
}

function reading(current: () => DeviceWriterHarness): void {
  it('reads the image with the leaves that are there', async () => {
    const harness = current();
    const image = expectOk(await harness.writer.readImage(harness.device, TIMEOUT_MS));
    expect(sameLeaf(image.get(harness.present.path) ?? null, harness.present.value)).toBe(true);
    for (const leaf of harness.absent) expect(image.has(leaf.path)).toBe(false);
  });

  it('reads exactly the leaves asked for, in that order, absent ones as null', async () => {
    const harness = current();
    const paths = [...harness.absent.map((leaf) => leaf.path), harness.present.path];
    const leaves = expectOk(await harness.writer.readLeaves(harness.device, paths, TIMEOUT_MS));
    expect(leaves.map((leaf) => leaf.path)).toEqual(paths);
    expect(leaves.slice(0, -1).every((leaf) => leaf.value === null)).toBe(true);
    expect(sameLeaf(leaves.at(-1)?.value ?? null, harness.present.value)).toBe(true);
  });

  it('reads no leaves for no paths', async () => {
    const { writer, device } = current();
    expect(expectOk(await writer.readLeaves(device, [], TIMEOUT_MS))).toEqual([]);
  });
}

function writing(current: () => DeviceWriterHarness): void {
  it('sets a leaf, and the inverse restores it', async () => {
    const harness = current();
    const { writer, device, present } = harness;
    const leaf = change(harness);
    expect((await writer.set(device, [leaf], null, TIMEOUT_MS)).kind).toBe('ok');
    await expectValue(harness, present.path, present.other);
    expect((await writer.set(device, [inverse(leaf)], null, TIMEOUT_MS)).kind).toBe('ok');
    await expectValue(harness, present.path, present.value);
  });

  it('creates an entry, and the inverse removes every leaf of it', async () => {
    const harness = current();
    const { writer, device } = harness;
    const before = expectOk(await writer.readImage(device, TIMEOUT_MS));
    const leaves = creation(harness);
    expect((await writer.set(device, leaves, null, TIMEOUT_MS)).kind).toBe('ok');
    for (const leaf of harness.absent) await expectValue(harness, leaf.path, leaf.value);
    expect((await writer.set(device, leaves.map(inverse), null, TIMEOUT_MS)).kind).toBe('ok');
    for (const leaf of harness.absent) await expectValue(harness, leaf.path, null);
    const after = expectOk(await writer.readImage(device, TIMEOUT_MS));
    expect(new Map(after)).toEqual(new Map(before));
  });

  it('reports a refusal with the gRPC code, and nothing of that Set is applied', async () => {
    const harness = current();
    const { writer, device, present } = harness;
    const leaves = [change(harness), harness.refused];
    const answer = await writer.set(device, leaves, null, TIMEOUT_MS);
    expect(answer.kind).toBe('refused');
    if (answer.kind === 'refused') expect(answer.grpcCode).toBeGreaterThan(0);
    await expectValue(harness, present.path, present.value);
  });
}

function probing(current: () => DeviceWriterHarness, commitConfirmed: boolean): void {
  it('finds by behaviour whether the device has commit-confirmed, and changes nothing', async () => {
    const harness = current();
    const before = expectOk(await harness.writer.readImage(harness.device, TIMEOUT_MS));
    const probe = await harness.writer.probeCommitConfirmed(harness.device, TIMEOUT_MS);
    expect(expectOk(probe)).toBe(commitConfirmed);
    const after = expectOk(await harness.writer.readImage(harness.device, TIMEOUT_MS));
    expect(new Map(after)).toEqual(new Map(before));
  });
}

function committing(current: () => DeviceWriterHarness): void {
  it('keeps a commit that was confirmed', async () => {
    const harness = current();
    const { writer, device, present } = harness;
    const commit = { id: 'contract-1', rollbackMs: LONG_ROLLBACK_MS };
    const answer = await writer.set(device, [change(harness)], commit, TIMEOUT_MS);
    expect(answer.kind).toBe('ok');
    await expectValue(harness, present.path, present.other);
    expect((await writer.confirm(device, commit.id, TIMEOUT_MS)).kind).toBe('ok');
    expect((await writer.cancel(device, commit.id, TIMEOUT_MS)).kind).toBe('refused');
    await expectValue(harness, present.path, present.other);
  });

  it('restores the old values when a commit is cancelled', async () => {
    const harness = current();
    const { writer, device, present } = harness;
    const commit = { id: 'contract-2', rollbackMs: LONG_ROLLBACK_MS };
    const leaves = [change(harness), ...creation(harness)];
    expect((await writer.set(device, leaves, commit, TIMEOUT_MS)).kind).toBe('ok');
    expect((await writer.cancel(device, commit.id, TIMEOUT_MS)).kind).toBe('ok');
    await expectValue(harness, present.path, present.value);
    for (const leaf of harness.absent) await expectValue(harness, leaf.path, null);
  });

  it('lets the device restore the old values by itself when nobody confirms', async () => {
    const harness = current();
    const { writer, device, present } = harness;
    const commit = { id: 'contract-3', rollbackMs: SHORT_ROLLBACK_MS };
    const answer = await writer.set(device, [change(harness)], commit, TIMEOUT_MS);
    expect(answer.kind).toBe('ok');
    await expectValue(harness, present.path, present.other);
    await eventually('roll back by the device', async () =>
      sameLeaf(await readOne(harness, present.path), present.value),
    );
    expect((await writer.confirm(device, commit.id, TIMEOUT_MS)).kind).toBe('refused');
  });

  it('refuses another commit while one is open, and a confirm of another id', async () => {
    const harness = current();
    const { writer, device, present } = harness;
    const commit = { id: 'contract-4', rollbackMs: LONG_ROLLBACK_MS };
    expect((await writer.set(device, [change(harness)], commit, TIMEOUT_MS)).kind).toBe('ok');
    const second = { id: 'contract-5', rollbackMs: LONG_ROLLBACK_MS };
    const answer = await writer.set(device, creation(harness), second, TIMEOUT_MS);
    expect(answer.kind).toBe('refused');
    expect((await writer.confirm(device, second.id, TIMEOUT_MS)).kind).toBe('refused');
    expect((await writer.cancel(device, commit.id, TIMEOUT_MS)).kind).toBe('ok');
    await expectValue(harness, present.path, present.value);
  });
}
