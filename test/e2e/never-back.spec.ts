import { Daemon } from './harness/daemon';
import { LEAVES, Rehearsal } from './harness/rehearsal';

jest.setTimeout(180_000);

describe('a daemon that never comes back', () => {
  it('leaves the devices to undo by themselves what was not confirmed', async () => {
    const stage = await Rehearsal.start();
    try {
      const doomed = await stage.daemon({ WEIR_CRASH_POINT: 'after:applied' });
      const before = await stage.configs();
      const { weights, after } = stage.planned(before);
      await stage.propose(doomed, weights);
      await doomed.program.exited;
      expect(await stage.configs()).toEqual(after);
      expect(await stage.fabric.pendingCommits()).toHaveLength(LEAVES.length);
      await stage.fabric.program.until(
        'the timers of the devices end',
        async () => (await stage.fabric.pendingCommits()).length === 0,
        90_000,
      );
      expect(await stage.configs()).toEqual(before);

      const late = await Daemon.up(stage.site);
      const [change] = await late.changes();
      expect(await late.ended(change?.id ?? '')).toMatchObject({ state: 'rolled-back' });
      expect(await stage.configs()).toEqual(before);
      await late.program.stop();
    } finally {
      await stage.stop();
    }
  });
});
