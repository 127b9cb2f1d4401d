import { CRASH_POINTS } from '@weir/runtime';
import { Deaths, journalHolds } from './harness/crash';
import { isUndoing } from './harness/crash-labels';
import { Rehearsal } from './harness/rehearsal';

jest.setTimeout(120_000);

describe('the daemon is killed on the way to a change that helps', () => {
  const labels = CRASH_POINTS.filter((label) => !isUndoing(label));
  let stage: Rehearsal;
  let deaths: Deaths;
  beforeAll(async () => {
    stage = await Rehearsal.start();
    deaths = new Deaths(stage, labels, 'improved');
  });
  afterAll(async () => {
    await deaths.stop();
    await stage.stop();
  });

  it.each(labels)(
    'at %s: every device ends on the whole old or the whole new configuration',
    (label) => deaths.survives(label),
  );

  it('leaves a journal whose chain holds, over all those lives', async () => {
    await deaths.stop();
    await journalHolds(stage);
  });
});
