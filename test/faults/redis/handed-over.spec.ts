import { wrongs } from '../../e2e/harness/ending';
import { note } from '../figures';
import { describeRoles, Roles } from './roles';

jest.setTimeout(400_000);

describeRoles('a change that outlives the process that began it', () => {
  it.concurrent('SIGTERM of the leader: it exits with 0, and the standby ends the change', () =>
    Roles.story(async (roles) => {
      const leader = await roles.member('leader', ['engine']);
      await roles.member('writer', ['southbound']);
      await roles.leads(1);
      await roles.member('standby', ['engine']);
      const { id, ...images } = await roles.propose();
      await roles.api.inState(id, 'verifying');
      const toldMs = performance.now();
      const exit = await leader.program.stop('SIGTERM');
      const stoppedMs = performance.now() - toldMs;
      expect(exit).toMatchObject({ code: 0 });
      await roles.leads(2);
      const leadsMs = performance.now() - toldMs;
      roles.stage.workload.latencyMs = 25;
      const change = await roles.api.ended(id);
      expect(await wrongs(roles.stage, roles.api, change, images)).toEqual([]);
      note('handed over', { stoppedMs, leadsMs, state: change.state });
    }),
  );

  it.concurrent(
    'a worker that stalls twice: its job is made again, and each Set is sent once',
    () =>
      Roles.story(
        async (roles) => {
          await roles.member('leader', ['engine']);
          const stall = { WEIR_CRASH_POINT: 'southbound:before-set=stop' };
          const crashed = (line: string): boolean =>
            line === 'weir-controller: crash point southbound:before-set';
          const first = await roles.member('first', ['southbound'], stall);
          await roles.leads(1);
          const { id, ...images } = await roles.propose();
          await first.program.line(crashed);
          const sets = await roles.stage.fabric.setsReceived();
          const stalledMs = performance.now();
          const second = await roles.member('second', ['southbound'], stall);
          // It may find the job given up by then, and nothing to write.
          const begun = second.program.line(crashed).catch(() => null);
          await Promise.race([begun, roles.api.ended(id)]);
          await roles.member('third', ['southbound']);
          const change = await roles.api.ended(id);
          const endedMs = Math.round(performance.now() - stalledMs);
          expect(await wrongs(roles.stage, roles.api, change, images)).toEqual([]);
          const after = await roles.stage.fabric.setsReceived();

          for (const worker of [first, second]) worker.program.signal('SIGCONT');
          await first.program.line((line) => line.includes('device operation'), 30_000);
          expect(await roles.stage.fabric.setsReceived()).toBe(after);
          expect(await wrongs(roles.stage, roles.api, change, images)).toEqual([]);
          note('stalled twice', { endedMs, sets: after - sets, state: change.state });
        },
        { devices: ['leaf1'] },
      ),
  );
});
