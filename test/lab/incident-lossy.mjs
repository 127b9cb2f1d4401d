/** A bad laser of leaf1: on the way to spine1 packets get lost that neither end counts as lost. */
import { incident } from './incident.mjs';

const WIRE = 'leaf1:up1';
const LOSS_RATIO = 0.05;
/**
 * Less than one link carries, so that one that is taken out costs no throughput; by many, so that
 * the pauses of one that lost a packet are not a pause of the link.
 */
const BULK = { from: 'h1', to: 'h3', connections: 20, rateMbps: 20, dscp: 8, seconds: 100 };

export default incident({
  name: 'lossy',
  about: 'a wire that loses silently: the daemon finds it from both ends and takes it out',
  needs: ['loss', 'wecmp', 'iperf3', 'httping'],
  wires: [WIRE],
  order: 40,
  rule: 'bad-link',
  thresholdMs: 40,
  requests: { from: 'h2', to: 'h4' },
  load: async (lab) => {
    const bulk = await lab.bulk(BULK);
    const wire = lab.wire(WIRE);
    const startedMs = Date.now();
    await wire.set({ lossRatio: LOSS_RATIO, fromLeafOnly: true });
    return {
      startedMs,
      between: (fromMs, toMs) => bulk.between(fromMs, toMs),
      stop: async () => {
        await wire.clear();
        await bulk.stop();
      },
    };
  },
  proof: async (lab) => {
    const { nexthop } = await lab.evidence.forwarding('leaf1');
    return { 'leaf1: ip -j nexthop': nexthop };
  },
});
