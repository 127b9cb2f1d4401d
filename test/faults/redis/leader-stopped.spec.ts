import { wrongs } from '../../e2e/harness/ending';
import { note, size } from '../figures';
import { describeRoles, Roles } from './roles';

jest.setTimeout(400_000);

/** Longer than the lease (6 s) and the lock of a worker (5 s). */
const AWAY_MS = size(9_000, 30_000);
const LOST = 3;

/**
 * The leader, which also writes to the devices, is away from this point of a change on. The next
 * one ends the change; then the old one goes on where it was, in the middle of it.
 */
async function away(point: string, kind: 'stop' | 'block'): Promise<void> {
  const roles = await Roles.start();
  try {
    const action = kind === 'stop' ? 'stop' : `block${AWAY_MS}`;
    const crash = { WEIR_CRASH_POINT: `${point}=${action}` };
    const old = await roles.member('old', ['engine', 'southbound'], crash);
    await roles.leads(1);
    const standby = await roles.member('standby', ['engine']);
    const { id, ...images } = await roles.propose();
    roles.stage.workload.latencyMs = 25;
    await old.program.line((line) => line === `weir-controller: crash point ${point}`);
    const goneMs = performance.now();
    await roles.member('writer', ['southbound']);
    await roles.leads(2);
    const leadsMs = performance.now() - goneMs;
    const change = await roles.api.ended(id);
    const endedMs = performance.now() - goneMs;
    const atEnd = await wrongs(roles.stage, roles.api, change, images);

    const sets = await roles.stage.fabric.setsReceived();
    if (kind === 'stop') {
      await pause(AWAY_MS - (performance.now() - goneMs));
      old.program.signal('SIGCONT');
    }
    expect(await old.program.exited).toMatchObject({ code: LOST });
    // The process is gone, so that nothing of it can arrive any more.
    expect(await roles.stage.fabric.setsReceived()).toBe(sets);
    expect(atEnd).toEqual([]);
    expect(await wrongs(roles.stage, roles.api, await roles.api.change(id), images)).toEqual([]);
    const epochs = await roles.epochs();
    expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
    expect(standby.program.running).toBe(true);
    note('leader away', { point, kind, leadsMs, endedMs, state: change.state });
  } finally {
    await roles.stop();
  }
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

const POINTS = [
  'southbound:before-set',
  'after:device-prepared',
  'before:outcome-commit',
  'southbound:before-confirm',
  'after:applied',
  'after:confirming',
];

describeRoles('a leader that is away in the middle of a change, and comes back', () => {
  it.concurrent.each(POINTS.slice(0, size(3, POINTS.length)))(
    'stopped at %s and continued: nothing of the older epoch has an effect, and one end state',
    (point) => away(point, 'stop'),
  );

  it.concurrent.each(POINTS.slice(0, size(1, POINTS.length)))(
    'event loop blocked past lease and lock at %s: fenced by its epoch, and one end state',
    (point) => away(point, 'block'),
  );
});
