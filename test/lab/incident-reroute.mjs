/** Elephants fill the way over spine1, which half of the requests take; the other one is free. */
import { incident } from './incident.mjs';

export default incident({
  name: 'reroute',
  about: 'a congested path beside a free one: the daemon moves the weights',
  needs: ['wecmp', 'iperf3', 'httping'],
  qos: false,
  order: 10,
  rule: 'reroute',
  thresholdMs: 40,
  requests: { from: 'h2', to: 'h4' },
  load: (lab) => lab.bulk({ from: 'h1', to: 'h3', connections: 8, seconds: 100 }),
  proof: async (lab) => {
    const { nexthop, route } = await lab.evidence.forwarding('leaf1');
    return { 'leaf1: ip -j nexthop': nexthop, 'leaf1: ip -j route': route };
  },
});
