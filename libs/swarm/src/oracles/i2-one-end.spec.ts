import { changeOf, Story, verdictOf } from '../testing/story';
import { changeId, intentId, type IntentResource } from '@weir/core/model';
import { oneEnd } from './i2-one-end';

const ID = intentId('LatencyObjective', 'one');
const intent: IntentResource = {
  apiVersion: 'weir.dev/v1',
  kind: 'LatencyObjective',
  metadata: { name: 'one', labels: {}, generation: 1, createdMs: 0 },
  priority: 100,
  spec: {},
};
const story = (): Story => new Story(oneEnd);
const acknowledged = (verb: string, id: string) =>
  ({ kind: 'acknowledged', process: 'a', verb, id }) as const;
const put = { kind: 'intent-put', id: ID, intent, by: 'x' } as const;

describe('I2: one end for all that was accepted', () => {
  it('has nothing against intents and changes that end once', () => {
    const told = story()
      .record(put)
      .tell(acknowledged('put-intent', ID))
      .proposed(changeOf('chg-1'))
      .record({ kind: 'verdict', id: changeId('chg-1'), verdict: verdictOf('improved') })
      .through('chg-1', 'applying', 'applied', 'verifying', 'confirming', 'confirmed')
      .after(60_000)
      .told();
    expect(told).toEqual([]);
  });

  it('lets a plan wait for a person until it expires, and no longer', () => {
    const waiting = changeOf('chg-1', undefined, undefined, { state: 'awaiting-approval' });
    expect(story().proposed(waiting).after(20_000).told()).toEqual([]);
    expect(story().proposed(waiting).after(40_000).told()).toEqual([
      expect.stringContaining('still awaiting-approval'),
    ]);
  });

  it('finds an acknowledgement before the record, and one of a change nobody proposed', () => {
    expect(story().tell(acknowledged('put-intent', ID)).told()).toHaveLength(1);
    expect(story().tell(acknowledged('propose', 'chg-7')).told()).toHaveLength(1);
  });

  it('finds an intent that is gone at the end, and one that came back', () => {
    expect(story().record(put).told({ records: [] })).toEqual([
      expect.stringContaining('accepted and is gone'),
    ]);
    const deleted = story().record(put).record({ kind: 'intent-deleted', id: ID, by: 'x' });
    const record = { sequence: 1, atMs: 0, epoch: 1, hash: '', body: put };
    expect(deleted.told({ records: [record] })).toEqual([expect.stringContaining('came back')]);
  });

  it('finds a change without an end, with two, and one that comes back to life', () => {
    const open = story().proposed(changeOf('chg-1')).through('chg-1', 'applying').after(60_000);
    expect(open.told()).toEqual([expect.stringContaining('still applying')]);
    const twice = story().proposed(changeOf('chg-1')).through('chg-1', 'rejected', 'rejected');
    expect(twice.told()).toEqual([expect.stringContaining('ends once more')]);
    const alive = story()
      .proposed(changeOf('chg-1'))
      .through('chg-1', 'rejected', 'applying', 'rolling-back', 'rolled-back');
    expect(alive.told()).toContainEqual(expect.stringContaining('is applying again'));
  });

  it.each(['no-effect', 'inconclusive', 'harmed'] as const)(
    'finds a change of the loop that is kept on "%s"',
    (verdict) => {
      const told = story()
        .proposed(changeOf('chg-1'))
        .record({ kind: 'verdict', id: changeId('chg-1'), verdict: verdictOf(verdict) })
        .through('chg-1', 'applying', 'applied', 'verifying', 'confirming', 'confirmed')
        .told();
      expect(told[0]).toContain(`kept by the loop on "${verdict}"`);
    },
  );
});
