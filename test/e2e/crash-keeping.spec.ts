import { CRASH_POINTS } from '@weir/runtime';
import { journalHolds, survives } from './harness/crash';
import { isUndoing } from './harness/crash-labels';
import { Rehearsal } from './harness/rehearsal';

jest.setTimeout(90_000);

describe('the daemon is killed on the way to a change that helps', () => {
  let stage: Rehearsal;
  beforeAll(async () => {
    stage = await Rehearsal.start();
  });
  afterAll(() => stage.stop());

  it.each(CRASH_POINTS.filter((label) => !isUndoing(label)))(
    'at %s: every device ends on the whole old or the whole new configuration',
    (label) => survives(stage, label, 'improved'),
  );

  it('leaves a journal whose chain holds, over all those lives', () => journalHolds(stage));
});
