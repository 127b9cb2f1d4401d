import { changeOf, statusOf, Story } from '../testing/story';
import { bounded } from './i9-bounded';

const sampled = (waitingEvents: number, waitingOperations: number, journalRecords: number) =>
  ({
    kind: 'sampled',
    process: 'a',
    status: statusOf(),
    waitingEvents,
    waitingOperations,
    journalRecords,
  }) as const;

describe('I9: nothing grows without bounds', () => {
  it('has nothing against a busy controller', () => {
    expect(new Story(bounded).tell(sampled(50, 20, 300)).told()).toEqual([]);
  });

  it('finds each thing that grows, once', () => {
    const story = new Story(bounded);
    for (let i = 0; i < 3; i++) story.after(1_000).tell(sampled(5_000 + i, 5_000, 50_000));
    expect(story.told()).toEqual([
      expect.stringContaining('events that wait: 5000'),
      expect.stringContaining('operations under way: 5000'),
      expect.stringContaining('records of the journal: 50000'),
    ]);
  });

  it('finds more open changes than anybody can look after', () => {
    const story = new Story(bounded);
    for (let i = 1; i <= 40; i++)
      story.proposed(changeOf(`chg-${i}`)).through(`chg-${i}`, 'applying');
    expect(story.told()).toEqual([expect.stringContaining('open changes: ')]);
  });
});
