import type { ChangeView, Daemon } from './daemon';
import type { Configs, Rehearsal } from './rehearsal';

const ALLOWED = ['confirmed', 'rolled-back', 'rejected'];
/**
 * Progress that promises something is still to come, or that nobody knows. A snapshot only reads:
 * where it was cut off, nothing was touched.
 */
const UNSETTLED = ['committing', 'committed', 'confirming', 'reverting', 'unknown'];

const STATUS_MS = 5_000;
const PROBE_MS = 15_000;

export interface Images {
  readonly before: Configs;
  readonly after: Configs;
}

/**
 * What is wrong after a change has ended, one sentence each; empty when the promise was kept: every
 * device on its whole pre-image or its whole post-image, all of them on that which the journal and
 * the status say, nothing pending anywhere, and a chain that holds.
 */
export async function wrongs(
  stage: Rehearsal,
  daemon: Daemon,
  change: ChangeView | null,
  images: Images,
): Promise<readonly string[]> {
  const state = change?.state ?? 'never on record';
  const found: string[] = [];
  if (change !== null && !ALLOWED.includes(state)) found.push(`ended as ${state}`);
  const expected = state === 'confirmed' ? images.after : images.before;
  const configs = await stage.configs();
  for (const device of stage.devices)
    if (!sameLeaves(configs[device], expected[device]))
      found.push(`${device} is ${imageName(configs[device], images, device)}, change ${state}`);
  for (const commit of await pendingCommits(stage))
    found.push(`${commit} is still pending on a device`);
  if (change !== null) found.push(...statusWrongs(change));
  found.push(...(await heldDevices(daemon)));
  const { body } = await daemon.request('GET', '/v1/journal/verify');
  const { chain, detail } = body as { chain: string; detail: string };
  if (chain !== 'ok') found.push(`journal: ${detail}`);
  return found;
}

/**
 * A probe for commit-confirmed that was cut off is pending for the ten seconds that it asked for,
 * and changes nothing; nothing else may be pending at all.
 */
async function pendingCommits({ fabric }: Rehearsal): Promise<readonly string[]> {
  const deadlineMs = performance.now() + PROBE_MS;
  for (;;) {
    const pending = await fabric.pendingCommits();
    const probes = pending.filter((commit) => commit.startsWith('weir-probe-'));
    if (probes.length === 0 || probes.length < pending.length) return pending;
    if (performance.now() > deadlineMs) return pending;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Status may be half a second old: what it says counts when it stays so. */
async function heldDevices(daemon: Daemon): Promise<string[]> {
  const deadlineMs = performance.now() + STATUS_MS;
  for (;;) {
    const held = (await daemon.deviceStatus()).filter(
      ({ fenced, openChange }) => fenced || openChange !== null,
    );
    if (held.length === 0 || performance.now() > deadlineMs)
      return held.map(
        ({ device, fenced, openChange }) =>
          `status: ${device} fenced ${fenced}, held by ${openChange ?? 'nothing'}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function statusWrongs({ state, devices, leaseUntilMs }: ChangeView): string[] {
  const found: string[] = [];
  for (const [device, { progress }] of Object.entries(devices)) {
    if (UNSETTLED.includes(progress)) found.push(`${device} is left ${progress}, change ${state}`);
    if ((state === 'confirmed') !== (progress === 'confirmed'))
      found.push(`${device} is ${progress} in a change that is ${state}`);
  }
  if (leaseUntilMs !== null && state !== 'confirmed') found.push('a lease outlives its change');
  return found;
}

type Leaves = Configs[string];

function imageName(held: Leaves | undefined, { before, after }: Images, device: string): string {
  if (sameLeaves(held, before[device])) return 'on its pre-image';
  if (sameLeaves(held, after[device])) return 'on its post-image';
  return 'a mix';
}

function sameLeaves(a: Leaves = {}, b: Leaves = {}): boolean {
  const paths = Object.keys(a);
  return paths.length === Object.keys(b).length && paths.every((path) => a[path] === b[path]);
}
