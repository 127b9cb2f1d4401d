import type { ChangeView, Daemon } from './harness/daemon';
import { NO_FAULTS } from './harness/fabric';
import { LEAVES, Rehearsal } from './harness/rehearsal';

jest.setTimeout(120_000);

describe('a switch that fails in the middle of a change', () => {
  let stage: Rehearsal;
  let daemon: Daemon;
  beforeAll(async () => {
    stage = await Rehearsal.start();
    daemon = await stage.daemon();
  });
  afterEach(async () => {
    for (const device of LEAVES) await stage.fabric.setFaults(device, NO_FAULTS);
  });
  afterAll(async () => {
    await daemon.program.stop();
    await stage.stop();
  });

  /** Proposes a change when the stage is calm again; resolves when its effect is measured. */
  async function measured() {
    await stage.calm(daemon);
    const before = await stage.configs();
    const { weights, after } = stage.planned(before);
    const change = await stage.propose(daemon, weights);
    const id = change?.id ?? '';
    await daemon.inState(id, 'verifying');
    return { id, before, after };
  }

  /** A change that cannot be undone yet says so, and its devices take no other one. */
  async function staysOpen(id: string): Promise<void> {
    await daemon.program.until('the undo did not succeed', async () => {
      const { state, devices } = await daemon.change(id);
      return state === 'rolling-back' && devices['leaf2']?.progress === 'unknown';
    });
    const { weights } = stage.planned(await stage.configs());
    const second = await stage.propose(daemon, weights);
    expect(second).toMatchObject({ state: 'rejected' });
    expect(second?.plan.checks).toContainEqual(
      expect.objectContaining({ passed: false, code: 'device-busy' }),
    );
  }

  const ended = async (id: string): Promise<ChangeView> => daemon.ended(id, 90_000);

  it('keeps a change that helped: the rehearsal itself', async () => {
    const { id, after } = await measured();
    stage.workload.latencyMs = 25;
    expect(await ended(id)).toMatchObject({ state: 'confirmed', verdict: { verdict: 'improved' } });
    expect(await stage.configs()).toEqual(after);
  });

  it('undoes a change that harmed', async () => {
    const { id, before } = await measured();
    stage.workload.latencyMs = 350;
    expect(await ended(id)).toMatchObject({ state: 'rolled-back', verdict: { verdict: 'harmed' } });
    expect(await stage.configs()).toEqual(before);
  });

  it('fails a Set that it applied: what was read back counts, not the answer', async () => {
    await stage.calm(daemon);
    await stage.fabric.setFaults('leaf2', { failAfterApply: 1 });
    const { id, after } = await measured();
    stage.workload.latencyMs = 25;
    expect(await ended(id)).toMatchObject({ state: 'confirmed' });
    expect(await stage.configs()).toEqual(after);
  });

  it('refuses a Set: no device keeps the change', async () => {
    await stage.calm(daemon);
    await stage.fabric.setFaults('leaf2', { failBeforeApply: 1 });
    const before = await stage.configs();
    const change = await stage.propose(daemon, stage.planned(before).weights);
    expect(['rolled-back', 'rejected']).toContain((await ended(change?.id ?? '')).state);
    expect(await stage.configs()).toEqual(before);
  });

  it('hangs before anything was written: nothing is', async () => {
    await stage.calm(daemon);
    const before = await stage.configs();
    const sets = await stage.fabric.setsReceived();
    await stage.fabric.setFaults('leaf2', { hang: true });
    const change = await stage.propose(daemon, stage.planned(before).weights);
    expect(await ended(change?.id ?? '')).toMatchObject({ state: 'rejected' });
    await stage.fabric.setFaults('leaf2', NO_FAULTS);
    expect(await stage.configs()).toEqual(before);
    expect(await stage.fabric.setsReceived()).toBe(sets);
  });

  it('hangs while its effect is measured: open until it answers, then undone', async () => {
    const { id, before } = await measured();
    await stage.fabric.setFaults('leaf2', { hang: true });
    stage.workload.latencyMs = 350;
    await staysOpen(id);
    await stage.fabric.setFaults('leaf2', NO_FAULTS);
    expect(await ended(id)).toMatchObject({ state: 'rolled-back' });
    expect(await stage.configs()).toEqual(before);
  });

  it('dies while its effect is measured: open until it is back, then undone', async () => {
    const { id, before } = await measured();
    await stage.fabric.act('leaf2', 'kill');
    stage.workload.latencyMs = 350;
    await staysOpen(id);
    await stage.fabric.act('leaf2', 'restore');
    expect(await ended(id)).toMatchObject({ state: 'rolled-back' });
    expect(await stage.configs()).toEqual(before);
  });

  it('restarts while its effect is measured: the state is what the devices hold', async () => {
    const { id, before, after } = await measured();
    await stage.fabric.act('leaf2', 'reboot');
    stage.workload.latencyMs = 25;
    const { state } = await ended(id);
    expect(['confirmed', 'rolled-back']).toContain(state);
    expect(await stage.configs()).toEqual(state === 'confirmed' ? after : before);
    expect(await stage.fabric.pendingCommits()).toEqual([]);
  });

  it('ignores commit-confirmed: it is known not to have it, and changed all the same', async () => {
    await stage.calm(daemon);
    await stage.fabric.setFaults('leaf2', { ignoreExtensions: true });
    await stage.fabric.act('leaf2', 'drop-sessions');
    const { id, before } = await measured();
    const change = await daemon.change(id);
    expect(change.devices['leaf1']).toMatchObject({ commitConfirmed: true });
    expect(change.devices['leaf2']).toMatchObject({ commitConfirmed: false });
    stage.workload.latencyMs = 350;
    expect(await ended(id)).toMatchObject({ state: 'rolled-back' });
    expect(await stage.configs()).toEqual(before);
  });
});
