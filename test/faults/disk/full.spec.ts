import { join } from 'node:path';
import { Daemon } from '../../e2e/harness/daemon';
import { wrongs } from '../../e2e/harness/ending';
import { Program } from '../../e2e/harness/program';
import { Rehearsal } from '../../e2e/harness/rehearsal';
import { note } from '../figures';
import { SmallDisk, whyNoDisks } from './small-disk';

jest.setTimeout(400_000);

const why = whyNoDisks();
if (why !== null) process.stderr.write(`skipped: a disk that fills up: ${why}\n`);
const describeIf = why === null ? describe : describe.skip;

const ERROR = 1;
const DISK_MIB = 3;

/** What the daemon that stopped left: its open change, and how many records it acknowledged. */
interface Left {
  readonly id: string | null;
  readonly acknowledged: number;
}

interface Scene {
  readonly stage: Rehearsal;
  readonly disk: SmallDisk;
}

async function on(scene: (scene: Scene) => Promise<void>): Promise<void> {
  const disk = SmallDisk.make(DISK_MIB);
  if (disk === null) throw new Error('no disk');
  let stage: Rehearsal | null = null;
  try {
    stage = await Rehearsal.start({ journal: { dir: join(disk.folder, 'journal') } });
    await scene({ stage, disk });
  } finally {
    await stage?.stop();
    disk.remove();
  }
}

/** Starts the daemon where it cannot run; resolves with its exit code and what it complained of. */
async function refused(stage: Rehearsal): Promise<{ code: number | null; said: string }> {
  const program = Program.start('controller', ['--config', stage.site.config]);
  const late = setTimeout(() => void program.stop('SIGKILL'), 120_000);
  const { code } = await program.exited;
  clearTimeout(late);
  return { code, said: program.stderr.join('\n') };
}

/** Long, so that the pages that the journal has left are used up soon. */
const REASON = 'is there room for another record of some length? '.repeat(4);

/**
 * Fills the disk and asks for one record after the other until the daemon cannot write any more.
 * Resolves with how many were acknowledged.
 */
async function useUp(daemon: Daemon, disk: SmallDisk): Promise<number> {
  disk.fill();
  for (let acknowledged = 0; ; acknowledged++) {
    const verb = acknowledged % 2 === 0 ? 'freeze' : 'unfreeze';
    const body = verb === 'freeze' ? { reason: REASON } : {};
    const answer = await daemon.attempt('POST', `/v1/${verb}`, body);
    if (answer === null || answer.status >= 400) {
      expect(answer?.status ?? 503).toBeGreaterThanOrEqual(500);
      return acknowledged;
    }
  }
}

/** Records of what was acknowledged while the disk filled up. */
async function kept(daemon: Daemon): Promise<number> {
  const { body } = await daemon.request('GET', '/v1/journal?limit=1000');
  const { items } = body as { items: { body: { kind: string } }[] };
  return items.filter(({ body: { kind } }) => /^(frozen|unfrozen|freeze)/.test(kind)).length;
}

const reasons = ({ program }: Daemon): string =>
  program.stdout.filter((line) => line.includes('nothing more is written')).join('\n');

/** With room again, the daemon ends what was open, and takes the next change. */
async function goesOn({ stage }: Scene, { id, acknowledged }: Left, images: Images): Promise<void> {
  const next = await Daemon.up(stage.site);
  try {
    stage.workload.to(next.otlpPort);
    const change = id === null ? null : await next.ended(id);
    expect(await wrongs(stage, next, change, images)).toEqual([]);
    const records = await kept(next);
    // One more may be on disk than was answered, never one less.
    expect([acknowledged, acknowledged + 1]).toContain(records);
    await next.request('POST', '/v1/unfreeze', {});
    await stage.calm(next);
    const { weights } = stage.planned(await stage.configs());
    const again = await stage.propose(next, weights);
    await stage.judge(next, 'improved');
    expect(await next.ended(again?.id ?? '')).toMatchObject({ state: 'confirmed' });
  } finally {
    await next.program.stop();
  }
}

type Images = Parameters<typeof wrongs>[3];

describeIf('a disk without room', () => {
  it.concurrent(
    'before a change: not acknowledged, nothing sent, and the daemon ends and says why',
    () =>
      on(async (scene) => {
        const { stage, disk } = scene;
        const daemon = await stage.daemon();
        const before = await stage.configs();
        const { after } = stage.planned(before);
        const sets = await stage.fabric.setsReceived();
        const acknowledged = await useUp(daemon, disk);
        expect(await daemon.program.exited).toMatchObject({ code: ERROR });
        expect(reasons(daemon)).toMatch(/journal: cannot be written: .*(space|ENOSPC)/i);
        expect(await stage.configs()).toEqual(before);
        expect(await stage.fabric.setsReceived()).toBe(sets);
        disk.free();
        await goesOn(scene, { id: null, acknowledged }, { before, after });
      }),
  );

  it.concurrent(
    'in the middle of a change: the engine stops, and with room again it ends whole',
    () =>
      on(async (scene) => {
        const { stage, disk } = scene;
        const daemon = await stage.daemon();
        const before = await stage.configs();
        const { weights, after } = stage.planned(before);
        const change = await stage.propose(daemon, weights);
        const id = change?.id ?? '';
        await daemon.inState(id, 'verifying');
        const acknowledged = await useUp(daemon, disk);
        const filledMs = performance.now();
        expect(await daemon.program.exited).toMatchObject({ code: ERROR });
        note('disk full', { stoppedMs: Math.round(performance.now() - filledMs) });
        disk.free();
        await goesOn(scene, { id, acknowledged }, { before, after });
      }),
  );

  it.concurrent(
    'made read-only while the daemon was down: refused with one line, and goes on after',
    () =>
      on(async (scene) => {
        const { stage, disk } = scene;
        const daemon = await stage.daemon();
        const before = await stage.configs();
        const { weights, after } = stage.planned(before);
        const change = await stage.propose(daemon, weights);
        const id = change?.id ?? '';
        await daemon.inState(id, 'verifying');
        await daemon.program.stop('SIGKILL');
        disk.remount('ro');
        const sets = await stage.fabric.setsReceived();
        const answer = await refused(stage);
        expect(answer).toMatchObject({ code: ERROR });
        expect(answer.said).toMatch(/^weir-controller: journal: .*read-only/im);
        expect(await stage.fabric.setsReceived()).toBe(sets);
        disk.remount('rw');
        await goesOn(scene, { id, acknowledged: 0 }, { before, after });
      }),
  );
});
