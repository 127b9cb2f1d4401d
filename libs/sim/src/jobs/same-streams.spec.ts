import { Bulk } from './bulk';
import { Inference } from './inference';
import { bulk, inference, training } from './testing/specs';
import { contextOn, live, still } from './testing/still-network';
import { Training } from './training';

const ring = { algorithm: 'ring-allreduce', bytes: 1e9 } as const;
const RATE = 8e9;

describe('streams after routing changed', () => {
  it('are the same objects where nothing moved, in every kind of job', () => {
    const context = contextOn();
    const jobs = [
      new Training(training(ring), context),
      new Inference(inference(), context),
      new Bulk(bulk({ streams: 3 }), context),
    ];
    for (const job of jobs) {
      live(job, 0, 15, () => RATE);
      const before = [...job.streams(15, still())];
      expect(before.length).toBeGreaterThan(0);
      context.routing.changed([]);
      const after = job.streams(15, still());
      expect(after).toHaveLength(before.length);
      after.forEach((stream, index) => {
        expect(stream).toBe(before[index]);
      });
    }
  });

  it('are new where their path went down, the others stay', () => {
    const context = contextOn();
    const job = new Bulk(bulk({ streams: 8 }), context);
    const before = [...job.streams(0)];
    const uplink = before[0]?.members[0]?.channels[1] ?? -1;
    context.network.channel(uplink).fault.up = false;
    context.routing.changed([uplink]);
    job.streams(1);
    const after = job.streams(1_000);
    const stays = before.filter(({ members }) => !members[0]?.channels.includes(uplink));
    expect(stays.length).toBeGreaterThan(0);
    expect(stays.length).toBeLessThan(8);
    expect(new Set(after).size).toBe(8);
    expect(after.filter((stream) => before.includes(stream))).toEqual(stays);
  });
});
