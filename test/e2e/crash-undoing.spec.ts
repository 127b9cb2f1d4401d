import { CRASH_POINTS } from '@weir/runtime';
import { Deaths, journalHolds } from './harness/crash';
import { isUndoing, needsInverse } from './harness/crash-labels';
import { NO_FAULTS } from './harness/fabric';
import { LEAVES, Rehearsal } from './harness/rehearsal';

jest.setTimeout(120_000);

describe('the daemon is killed while it undoes a change that harms', () => {
  const undoing = CRASH_POINTS.filter(isUndoing);
  let stage: Rehearsal;
  beforeAll(async () => {
    stage = await Rehearsal.start();
  });
  afterAll(() => stage.stop());

  describe('on devices with commit-confirmed', () => {
    const labels = undoing.filter((label) => !needsInverse(label));
    let deaths: Deaths;
    beforeAll(() => {
      deaths = new Deaths(stage, labels, 'harmed');
    });
    afterAll(() => deaths.stop());

    it.each(labels)('at %s: every device ends on the whole old configuration', (label) =>
      deaths.survives(label),
    );
  });

  describe('on devices that ignore commit-confirmed', () => {
    const labels = undoing.filter(needsInverse);
    let deaths: Deaths;
    beforeAll(async () => {
      deaths = new Deaths(stage, labels, 'harmed');
      for (const device of LEAVES) await stage.fabric.setFaults(device, { ignoreExtensions: true });
    });
    afterAll(async () => {
      await deaths.stop();
      for (const device of LEAVES) await stage.fabric.setFaults(device, NO_FAULTS);
    });

    it.each(labels)('at %s: every device ends on the whole old configuration', (label) =>
      deaths.survives(label),
    );
  });

  it('leaves a journal whose chain holds, over all those lives', () => journalHolds(stage));
});
