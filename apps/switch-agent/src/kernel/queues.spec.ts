import { QueueDepths } from '../state/queue-depths';
import { parseQueues } from './queues';

// Recorded from `tc -j -s qdisc show` of iproute2 6.1.0; the RED line in a kernel 6.1 that has it.
const QDISCS =
  '[{"kind":"htb","handle":"1:","dev":"vb","root":true,"refcnt":3,"options":{"r2q":10,"default":"0x10",' +
  '"direct_packets_stat":0,"direct_qlen":1000},"bytes":0,"packets":0,"drops":7,"overlimits":0,' +
  '"requeues":0,"backlog":0,"qlen":0},{"kind":"pfifo","handle":"10:","dev":"vb","parent":"1:10",' +
  '"options":{"limit":100},"bytes":0,"packets":0,"drops":3,"overlimits":0,"requeues":0,"backlog":4500,' +
  '"qlen":3},{"kind":"tbf","handle":"8039:","dev":"va","root":true,"refcnt":3,"options":{"rate":6250000,' +
  '"burst":16381,"lat":60000},"bytes":18446744073709551615,"packets":1,"drops":0,"overlimits":0,' +
  '"requeues":0,"backlog":0,"qlen":0},{"kind":"noqueue","handle":"0:","dev":"lo","root":true,"refcnt":2,' +
  '"options":{},"bytes":0,"packets":0,"drops":0,"overlimits":0,"requeues":0,"backlog":0,"qlen":0},' +
  '{"kind":"red","handle":"20:","dev":"vb","parent":"1:20","options":{},"bytes":10,"packets":2,"drops":1,' +
  '"overlimits":0,"requeues":0,"backlog":0,"qlen":0,"marked":5,"early":0,"pdrop":0,"other":0}]';

describe('queues of tc', () => {
  it('names queues by the class that they serve, and the root', () => {
    const queues = parseQueues(QDISCS);
    expect(queues.map((queue) => [queue.dev, queue.name, queue.kind])).toEqual([
      ['vb', 'root', 'htb'],
      ['vb', '1:10', 'pfifo'],
      ['va', 'root', 'tbf'],
      ['vb', '1:20', 'red'],
    ]);
    expect(queues[2]?.octets).toBe(18446744073709551615n);
    expect(queues[1]).toMatchObject({ drops: 3n, backlogBytes: 4500, marks: null });
    expect(queues[3]?.marks).toBe(5n);
  });

  it('remembers mean and peak of the readings, and forgets queues that went', () => {
    const [, queue] = parseQueues(QDISCS);
    if (queue === undefined) throw new Error('no queue');
    const depths = new QueueDepths();
    depths.add([{ ...queue, backlogBytes: 8000 }]);
    depths.add([{ ...queue, backlogBytes: 0 }]);
    expect(depths.of(queue)).toEqual({ meanBytes: 6000, peakBytes: 8000 });
    for (let i = 0; i < 8; i++) depths.add([{ ...queue, backlogBytes: 0 }]);
    expect(depths.of(queue).peakBytes).toBe(0);
    depths.add([]);
    expect(depths.of(queue)).toEqual({ meanBytes: 4500, peakBytes: 4500 });
  });
});
