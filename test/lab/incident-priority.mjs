/**
 * A checkpoint in the bulk queue and requests in the priority queue leave by one port, whose
 * scheduler the operator has configured the wrong way round: the priority queue starves.
 */
import { incident } from './incident.mjs';
import { pinRoutes, schedulerWeights } from './operator.mjs';
import { QUEUES } from './topology.mjs';

const [CHECKPOINT_DSCP] = QUEUES.bulk.dscp;

export default incident({
  name: 'priority',
  about: 'a starved priority queue under a checkpoint: the daemon raises its share',
  needs: ['htb', 'iperf3', 'httping'],
  qos: true,
  order: 20,
  rule: 'scheduler',
  thresholdMs: 40,
  /** 6.5 Mb/s with all headers: more than the ninth that is left to them of 50 Mb/s. */
  requests: { from: 'h2', to: 'h4', requestBytes: 7000 },
  prepare: async (lab) => {
    await pinRoutes(lab, 'leaf1', 'leaf2', { up1: 64 });
    await schedulerWeights(lab, 'leaf1', { priority: 1, bulk: 8 });
  },
  load: (lab) =>
    lab.bulk({ from: 'h1', to: 'h3', connections: 4, dscp: CHECKPOINT_DSCP, seconds: 100 }),
  proof: async (lab) => ({
    'leaf1 up1: tc -s class': await lab.evidence.classes('leaf1', 'up1'),
    'leaf1 up1: tc -j -s qdisc': await lab.evidence.qdisc('leaf1', 'up1'),
  }),
});
