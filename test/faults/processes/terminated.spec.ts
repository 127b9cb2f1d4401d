import { Daemon } from '../../e2e/harness/daemon';
import { wrongs } from '../../e2e/harness/ending';
import { Rehearsal } from '../../e2e/harness/rehearsal';
import { note, size } from '../figures';

jest.setTimeout(240_000);

/** The daemon gives its roles 20 s; supervisors kill after 30 s. */
const ORDERLY_MS = 20_000;
const AT_ONCE = 130;

const POINTS = [
  { point: 'southbound:before-set', effect: 'improved' },
  { point: 'southbound:before-confirm', effect: 'improved' },
  { point: 'after:rolling-back', effect: 'harmed' },
  { point: 'after:device-prepared', effect: 'improved' },
  { point: 'after:applied', effect: 'improved' },
  { point: 'southbound:before-cancel', effect: 'harmed' },
] as const;

describe('SIGTERM in the middle of a change', () => {
  let stage: Rehearsal;
  beforeAll(async () => {
    stage = await Rehearsal.start();
  });
  afterAll(() => stage.stop());

  it.each(POINTS.slice(0, size(3, POINTS.length)))(
    'at $point: exit code 0 in time, and the next daemon brings the change to its end',
    async ({ point, effect }) => {
      const ending = await stage.daemon({ WEIR_CRASH_POINT: `${point}=term` });
      const before = await stage.configs();
      const { weights, after } = stage.planned(before);
      const proposed = await stage.propose(ending, weights);
      await stage.judge(ending, effect);
      expect(await ending.program.exited).toMatchObject({ code: 0 });
      const stopMs = stoppingMs(ending);
      expect(stopMs).toBeLessThan(ORDERLY_MS);

      const next = await Daemon.up(stage.site);
      stage.workload.to(next.otlpPort);
      try {
        const id = proposed?.id ?? (await next.changes())[0]?.id ?? '';
        const change = await next.ended(id);
        expect(await wrongs(stage, next, change, { before, after })).toEqual([]);
        note('terminated', { point, stopMs, state: change.state });
      } finally {
        await next.program.stop();
      }
    },
  );

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'a second one (%s) ends it at once, and nothing is half done all the same',
    async (second) => {
      const [slow = ''] = stage.devices;
      const ending = await stage.daemon();
      const before = await stage.configs();
      const { weights, after } = stage.planned(before);
      const proposed = await stage.propose(ending, weights);
      await ending.inState(proposed?.id ?? '', 'verifying');
      // The orderly stop waits for the device operation, and the switch does not answer.
      await stage.fabric.setFaults(slow, { hang: true });
      stage.workload.latencyMs = 350;
      await ending.inState(proposed?.id ?? '', 'rolling-back');
      ending.program.signal('SIGTERM');
      await ending.program.line((line) => line.includes('"msg":"stopping"'));
      ending.program.signal(second);
      expect(await ending.program.exited).toMatchObject({ code: AT_ONCE });

      await stage.fabric.setFaults(slow, { hang: false });
      const next = await Daemon.up(stage.site);
      stage.workload.to(next.otlpPort);
      try {
        const change = await next.ended(proposed?.id ?? '');
        expect(await wrongs(stage, next, change, { before, after })).toEqual([]);
      } finally {
        await next.program.stop();
      }
    },
  );
});

/** From the signal to the last word, by the daemon's own clock, ms. */
function stoppingMs({ program }: Daemon): number {
  const at = (message: string): number => {
    const line = program.stdout.find((text) => text.includes(`"msg":"${message}"`));
    return (JSON.parse(line ?? '{}') as { time?: number }).time ?? NaN;
  };
  return at('stopped') - at('stopping');
}
