/** The bulk fills a path that the requests share, and the rule moves the requests away from it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ended, ruleChange } from './daemon.mjs';
import { BULK, REQUESTS, told } from './safety.mjs';
import { hostNamed, initialRoutes } from './topology.mjs';

/** TCP has filled the queue, and what was asked before a change has been answered, after this. */
const SETTLE_MS = 1500;

/** `{prefix: [{via, dev, weight}]}` of a switch, as its kernel forwards; sorted by port. */
export async function weightsOf(lab, device) {
  const found = {};
  for (const { prefix } of initialRoutes(device)) {
    const hops = await lab.evidence.weights(device, prefix);
    found[prefix] = hops.sort((a, b) => String(a.dev).localeCompare(String(b.dev)));
  }
  return found;
}

/**
 * One reroute by the rule, from the start of the load to the end of the change; adds to `checks`.
 * `routes`: a watch on the kernel's route events, if the time from Set to kernel is wanted.
 */
export async function rerouteByRule({ lab, checks, api, probe, device, routes = null }) {
  const { prefix } = hostNamed(REQUESTS.to);
  const before = await weightsOf(lab, device);
  const proofBefore = await lab.evidence.forwarding(device);
  const bulk = await lab.bulk({ ...BULK, seconds: 160 });
  const { id } = await ruleChange(api, 40_000);
  lab.progress(`the daemon proposes ${id}`);
  const change = await ended(api, id, lab.progress, 60_000);
  const { applying, applied } = change.times;
  const offFromMs = bulk.startedMs + SETTLE_MS;
  const onFromMs = (applied ?? Date.now()) + SETTLE_MS;
  await sleep(Math.max(0, onFromMs + 5000 - Date.now()));
  const onToMs = Date.now();
  const measured = (fromMs, toMs) => ({
    latencyMs: probe.between(fromMs, toMs),
    throughputMbps: bulk.between(fromMs, toMs),
  });
  const off = measured(offFromMs, applying ?? onToMs);
  const on = measured(onFromMs, onToMs);
  await bulk.stop();
  const after = await weightsOf(lab, device);
  const kernelMs = routes?.since(applying ?? Infinity, prefix) ?? null;
  const seconds = stages(change.times, bulk.startedMs, kernelMs);
  lab.progress(`p95 ${off.latencyMs.p95} -> ${on.latencyMs.p95} ms, ${JSON.stringify(seconds)} s`);
  checks.add('the rule made the change', change.rule === 'reroute');
  checks.add('the verdict is improved', change.verdict?.verdict === 'improved', change.reason);
  checks.add('the change is confirmed', change.state === 'confirmed', change.reason);
  const text = (weights, of) => JSON.stringify(weights[of]);
  const moved = text(after, prefix) !== text(before, prefix);
  checks.add("the kernel's weights of the requests moved", moved);
  const others = Object.keys(before).filter((other) => other !== prefix);
  const kept = others.every((other) => text(after, other) === text(before, other));
  checks.add('those of the other prefixes did not', kept);
  return {
    ...{ off, on, seconds },
    weights: { before, after },
    change: told(change),
    proof: { before: proofBefore, after: await lab.evidence.forwarding(device) },
  };
}

/** Seconds that each stage took; `setToKernel` is null where nobody watched. */
function stages({ detected, applying, applied, settled }, startedMs, kernelMs) {
  const apart = (fromMs, toMs) =>
    toMs !== null && Number.isFinite(toMs - fromMs) ? Math.round(toMs - fromMs) / 1000 : null;
  return {
    detect: apart(startedMs, detected),
    setToKernel: apart(applying, kernelMs),
    apply: apart(applying, applied),
    confirm: apart(applied, settled),
    detectToConfirm: apart(detected, settled),
  };
}
