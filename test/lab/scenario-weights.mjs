/**
 * Without the daemon: what an operator with gNMI alone can prove on this fabric. Weights of the
 * inference prefix move from both spines to the idle one; p95 before and after.
 */
import { Evidence, kernelDescription } from './evidence.mjs';
import { startBulkLoad, startProbe, startSwitches } from './fabric.mjs';
import { setRoutes } from './gnmi-routes.mjs';
import { GNMI_PORT, hostNamed, initialRoutes, managementOf } from './topology.mjs';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function weights({ processes, run, workDir, loadTool, progress }) {
  const evidence = new Evidence(run);
  await startSwitches(processes, workDir, progress);
  const latencies = await startProbe(processes, false);
  const load = await startBulkLoad(processes, run, loadTool, 60);
  progress(
    `${load.tool} sends with ${load.connections} connections from ${load.from} to ${load.to}`,
  );
  await sleep(6000);
  const off = latencies.last(4000);
  const before = evidence.forwarding('leaf1');
  const ports = [
    ['leaf1', 'up1'],
    ['leaf1', 'up2'],
  ];
  const ratesBefore = await evidence.rates(ports, 1000);
  progress(`before: p95 ${off.p95} ms, ${JSON.stringify(ratesBefore)}`);

  const { prefix } = hostNamed('h4');
  const moved = initialRoutes('leaf1').map((route) =>
    route.prefix !== prefix
      ? route
      : {
          prefix,
          nextHops: route.nextHops.map((hop, i) => ({ ...hop, weight: i === 0 ? 1 : 63 })),
        },
  );
  const startedAt = performance.now();
  await setRoutes(`${managementOf('leaf1').node}:${GNMI_PORT}`, moved);
  const setMs = performance.now() - startedAt;
  await sleep(6000);
  const on = latencies.last(4000);
  progress(`after: p95 ${on.p95} ms`);
  return {
    lab: 'weights',
    ok: on.p95 < off.p95 / 2,
    kernel: kernelDescription(),
    load,
    p95Ms: { off: off.p95, on: on.p95 },
    latencyMs: { off, on },
    setMilliseconds: Math.round(setMs),
    evidence: {
      txMbpsBefore: ratesBefore,
      nexthopBefore: JSON.parse(before.nexthop),
      nexthopAfter: JSON.parse(evidence.forwarding('leaf1').nexthop),
    },
  };
}
