/** DCTCP elephants fill the queue that the requests wait in too, and there is no other path. */
import { incident } from './incident.mjs';
import { pinRoutes } from './operator.mjs';

export default incident({
  name: 'ecn',
  about: 'a standing queue under DCTCP: the daemon turns on marking',
  needs: ['red', 'dctcp', 'htb', 'iperf3', 'httping'],
  congestion: 'dctcp',
  qos: true,
  order: 30,
  rule: 'ecn',
  thresholdMs: 40,
  requests: { from: 'h2', to: 'h4' },
  prepare: async (lab) => {
    await pinRoutes(lab, 'leaf1', 'leaf2', { up1: 64 });
    // User-mode Linux pays by the packet; four segments at once are 6 KB, half of the least mark.
    for (const [node, port] of [
      ['h1', 'eth0'],
      ['leaf1', 'host1'],
    ])
      await lab.exec(node, ['ip', 'link', 'set', port, 'gso_max_segs', '4']);
  },
  /** Unmarked, as the requests: one queue for both. */
  load: (lab) => lab.bulk({ from: 'h1', to: 'h3', connections: 4, dscp: 0, seconds: 100 }),
  proof: async (lab) => ({
    'leaf1 up1: tc -j -s qdisc': await lab.evidence.qdisc('leaf1', 'up1'),
    'leaf1 up1: tc -s class': await lab.evidence.classes('leaf1', 'up1'),
  }),
});
