import type { Result } from '@weir/core/base';
import { deviceId, inverseOf } from '@weir/core/model';
import { GnmiError, GrpcStatus } from '@weir/gnmi';
import { MemoryBackend, startTarget, type Target, type TargetBehaviour } from '@weir/gnmi-server';
import { OpenConfigProfile } from '../profile';
import { oneLeaf, smallConfig } from '../testing/topology';
import { GnmiWriter, type GnmiWriterOptions } from './gnmi-writer';

const leaf = deviceId('leaf1');
const TIMEOUT_MS = 5000;
const WEIGHT =
  '/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]' +
  '/static-routes/static[prefix=10.0.0.0/24]/next-hops/next-hop[index=1]/config/wecmp-weight';
const weightTo = (after: string) => [{ path: WEIGHT, before: '32', after }];

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

async function setUp(
  behaviour: TargetBehaviour = {},
  over: Partial<GnmiWriterOptions> = {},
  backend = new MemoryBackend(smallConfig()),
): Promise<{ target: Target; writer: GnmiWriter; backend: MemoryBackend }> {
  const target = await startTarget({ address: '127.0.0.1:0', backend, behaviour });
  const writer = new GnmiWriter({
    topology: oneLeaf(target.port),
    tls: { mode: 'insecure' },
    ...over,
  });
  open.push(target, writer);
  return { target, writer, backend };
}
function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.reason}`);
  return result.value;
}

describe('GnmiWriter reads', () => {
  it('reads the managed subtrees as leaves', async () => {
    const { writer } = await setUp();
    const image = value(await writer.readImage(leaf, TIMEOUT_MS));
    const managed = new OpenConfigProfile().managedPaths;
    const expected = Object.entries(smallConfig()).filter(([path]) =>
      managed.some((base) => path.startsWith(`${base}/`)),
    );
    expect([...image].sort()).toEqual(expected.sort());
  });

  it('reads exact leaves and says which are absent', async () => {
    const { writer } = await setUp();
    const gone = '/qos/queue-management-profiles/queue-management-profile[name=x]/config/name';
    expect(value(await writer.readLeaves(leaf, [gone, WEIGHT], TIMEOUT_MS))).toEqual([
      { path: gone, value: null },
      { path: WEIGHT, value: '32' },
    ]);
  });

  it('falls back to Subscribe ONCE where Get is not implemented', async () => {
    const { writer } = await setUp({
      beforeRpc: (rpc) => {
        if (rpc === 'Get') throw new GnmiError(GrpcStatus.UNIMPLEMENTED, 'no Get here');
      },
    });
    const image = value(await writer.readImage(leaf, TIMEOUT_MS));
    expect(image.get(WEIGHT)).toBe('32');
    const gone = '/qos/queue-management-profiles/queue-management-profile[name=x]/config/name';
    expect(value(await writer.readLeaves(leaf, [gone, WEIGHT], TIMEOUT_MS))).toEqual([
      { path: gone, value: null },
      { path: WEIGHT, value: '32' },
    ]);
  });

  it('says that a device is unreachable, unknown or unwilling', async () => {
    const { writer, target } = await setUp({
      beforeRpc: () => {
        throw new GnmiError(GrpcStatus.PERMISSION_DENIED, 'not you');
      },
    });
    const code = (result: Result<unknown>) => (result.ok ? 'ok' : result.error.code);
    expect(code(await writer.readImage(leaf, TIMEOUT_MS))).toBe('device-rejected');
    expect(code(await writer.readImage(deviceId('nobody'), TIMEOUT_MS))).toBe('device-unknown');
    await target.close();
    expect(code(await writer.readImage(leaf, TIMEOUT_MS))).toBe('device-unreachable');
  });
});

describe('GnmiWriter sets', () => {
  it('applies every rendering of the profile and its inverse', async () => {
    const { writer } = await setUp();
    const profile = new OpenConfigProfile();
    const base = value(await writer.readImage(leaf, TIMEOUT_MS));
    const ecn = {
      interface: 'eth1',
      queue: 'rt',
      minThresholdBytes: 1000,
      maxThresholdBytes: 2 ** 40,
      maxProbabilityPercent: 10,
    };
    for (const rendered of [
      profile.renderRoute(base, '10.0.0.0/24', { eth1: 60, eth2: 4 }),
      profile.renderRoute(base, '10.0.0.0/24', { eth2: 64 }),
      profile.renderBuffer(base, { interface: 'eth1', queue: 'rt', scalingFactor: 2 }),
      profile.renderEcn(base, ecn),
    ]) {
      const leaves = value(rendered);
      expect(await writer.set(leaf, leaves, null, TIMEOUT_MS)).toEqual({ kind: 'ok' });
      const paths = leaves.map((item) => item.path);
      const read = value(await writer.readLeaves(leaf, paths, TIMEOUT_MS));
      expect(read.map((item) => item.value)).toEqual(leaves.map((item) => item.after));
      const inverse = inverseOf({ device: leaf, leaves }).leaves;
      expect(await writer.set(leaf, inverse, null, TIMEOUT_MS)).toEqual({ kind: 'ok' });
      const restored = value(await writer.readImage(leaf, TIMEOUT_MS));
      expect([...restored].sort()).toEqual([...base].sort());
    }
  });

  it('commits with a deadline, confirms and cancels', async () => {
    const { writer, target } = await setUp();
    const commit = { id: 'chg-1', rollbackMs: 60_000 };
    expect(await writer.set(leaf, weightTo('1'), commit, TIMEOUT_MS)).toEqual({ kind: 'ok' });
    expect(target.pendingCommit()).toBe('chg-1');
    expect(await writer.set(leaf, weightTo('2'), null, TIMEOUT_MS)).toMatchObject({
      kind: 'refused',
      grpcCode: GrpcStatus.FAILED_PRECONDITION,
    });
    expect(await writer.cancel(leaf, 'chg-1', TIMEOUT_MS)).toEqual({ kind: 'ok' });
    expect(target.config().get(WEIGHT)).toBe('32');
    await writer.set(leaf, weightTo('1'), { ...commit, id: 'chg-2' }, TIMEOUT_MS);
    expect(await writer.confirm(leaf, 'other', TIMEOUT_MS)).toMatchObject({ kind: 'refused' });
    expect(await writer.confirm(leaf, 'chg-2', TIMEOUT_MS)).toEqual({ kind: 'ok' });
    expect(target.config().get(WEIGHT)).toBe('1');
  });

  it.each<[GrpcStatus, 'refused' | 'unknown']>([
    [GrpcStatus.INVALID_ARGUMENT, 'refused'],
    [GrpcStatus.ABORTED, 'refused'],
    [GrpcStatus.UNAVAILABLE, 'unknown'],
    [GrpcStatus.UNKNOWN, 'unknown'],
    [GrpcStatus.INTERNAL, 'unknown'],
    [GrpcStatus.DEADLINE_EXCEEDED, 'unknown'],
  ])('takes an answer of code %i as %s', async (code, kind) => {
    const { writer } = await setUp({
      beforeRpc: () => {
        throw new GnmiError(code, 'fault');
      },
    });
    expect((await writer.set(leaf, weightTo('1'), null, TIMEOUT_MS)).kind).toBe(kind);
  });

  it('does not know the outcome of a Set that a slow device answers too late, and sends it once', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { writer, target } = await setUp({ afterApply: () => held });
    expect((await writer.set(leaf, weightTo('1'), null, 200)).kind).toBe('unknown');
    expect(target.config().get(WEIGHT)).toBe('1');
    expect(target.counts.setsReceived).toBe(1);
    release();
  });
});

describe('GnmiWriter commit-confirmed probe', () => {
  it('finds a target that has it, once per session, and leaves nothing pending', async () => {
    const { writer, target } = await setUp();
    const before = new Map(target.config());
    expect(await writer.probeCommitConfirmed(leaf, TIMEOUT_MS)).toEqual({ ok: true, value: true });
    expect(target.pendingCommit()).toBeNull();
    expect([...target.config()]).toEqual([...before]);
    const sent = target.counts.setsReceived;
    await writer.probeCommitConfirmed(leaf, TIMEOUT_MS);
    expect(target.counts.setsReceived).toBe(sent);
  });

  it('finds a target that drops extensions', async () => {
    const { writer } = await setUp({ ignoreExtensions: () => true });
    expect(await writer.probeCommitConfirmed(leaf, TIMEOUT_MS)).toEqual({ ok: true, value: false });
  });

  it('asks again after the connection was lost', async () => {
    let ignore = false;
    const { writer, target } = await setUp({ ignoreExtensions: () => ignore });
    expect(value(await writer.probeCommitConfirmed(leaf, TIMEOUT_MS))).toBe(true);
    ignore = true;
    target.dropSessions();
    const deadline = Date.now() + TIMEOUT_MS;
    let found = await writer.probeCommitConfirmed(leaf, TIMEOUT_MS);
    while (Date.now() < deadline && (!found.ok || found.value)) {
      await new Promise(setImmediate);
      found = await writer.probeCommitConfirmed(leaf, TIMEOUT_MS);
    }
    expect(found).toEqual({ ok: true, value: false });
  });

  it('is busy while a commit of somebody else is pending, and leaves that alone', async () => {
    const { writer, target } = await setUp();
    await writer.set(leaf, weightTo('1'), { id: 'theirs', rollbackMs: 60_000 }, TIMEOUT_MS);
    const found = await writer.probeCommitConfirmed(leaf, TIMEOUT_MS);
    expect(found).toMatchObject({ ok: false, error: { code: 'device-busy' } });
    expect(target.pendingCommit()).toBe('theirs');
  });

  it('is not made when the configuration says never', async () => {
    const { writer, target } = await setUp({}, { commitConfirmed: 'never' });
    expect(value(await writer.probeCommitConfirmed(leaf, TIMEOUT_MS))).toBe(false);
    expect(target.counts.setsReceived).toBe(0);
  });
});
