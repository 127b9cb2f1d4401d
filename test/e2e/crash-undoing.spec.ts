import { CRASH_POINTS } from '@weir/runtime';
import { journalHolds, survives } from './harness/crash';
import { isUndoing, needsInverse } from './harness/crash-labels';
import { NO_FAULTS } from './harness/fabric';
import { LEAVES, Rehearsal } from './harness/rehearsal';

jest.setTimeout(90_000);

describe('the daemon is killed while it undoes a change that harms', () => {
  let stage: Rehearsal;
  beforeAll(async () => {
    stage = await Rehearsal.start();
  });
  afterAll(() => stage.stop());

  const undoing = CRASH_POINTS.filter(isUndoing);

  it.each(undoing.filter((label) => !needsInverse(label)))(
    'at %s: every device ends on the whole old configuration',
    (label) => survives(stage, label, 'harmed'),
  );

  describe('on devices that ignore commit-confirmed', () => {
    beforeAll(async () => {
      for (const device of LEAVES) await stage.fabric.setFaults(device, { ignoreExtensions: true });
    });
    afterAll(async () => {
      for (const device of LEAVES) await stage.fabric.setFaults(device, NO_FAULTS);
    });

    it.each(undoing.filter(needsInverse))(
      'at %s: every device ends on the whole old configuration',
      (label) => survives(stage, label, 'harmed'),
    );
  });

  it('leaves a journal whose chain holds, over all those lives', () => journalHolds(stage));
});
