/**
 * The daemon dies with SIGKILL between applying a change and confirming it, and nobody starts it
 * again in time: the switch goes back to its old configuration when the commit's time is over. A
 * daemon that starts later reads the journal and the switch, and says how the change ended.
 */
import { ended, ruleChange, startDaemon } from './daemon.mjs';
import {
  accepted,
  BULK,
  Checks,
  healthyDaemon,
  kernelOf,
  OBJECTIVE,
  told,
  untilKernel,
} from './safety.mjs';
import { until } from './processes.mjs';

const DEVICE = 'leaf1';
/** Short times, so that the commit's deadline comes soon. */
const QUICK = { operationTimeoutMs: 2000, verifyMs: 8000 };

export default {
  name: 'controller-killed',
  about: 'the daemon is killed for good in the middle of a change; the switch undoes it by itself',
  needs: ['wecmp', 'htb'],
  qos: true,
  order: 70,
  limitMs: 200_000,
  run: controllerKilled,
};

async function controllerKilled(lab) {
  const checks = new Checks(lab.progress);
  await lab.startSwitches({ qos: true });
  const daemon = await healthyDaemon(lab, QUICK);
  const before = await kernelOf(lab, DEVICE);
  const bulk = await lab.bulk({ ...BULK, seconds: 180 });
  const context = { lab, checks, before };
  const route = await orphaned({
    ...context,
    daemon,
    what: 'a reroute by the rule',
    propose: null,
    next: 'controller-2',
  });
  const queue = lab.small
    ? null
    : await orphaned({
        ...context,
        daemon: route.daemon,
        what: "an operator's scheduler change",
        propose: (api) => accepted(api, schedulerChange, lab.progress),
        next: 'controller-3',
      });
  await bulk.stop();
  return {
    ok: checks.ok,
    checks: checks.list,
    changes: [route, queue].filter((part) => part !== null).map((part) => part.report),
    proof: { before, after: await kernelOf(lab, DEVICE) },
  };
}

/** More for the requests, which nobody will ever confirm. */
const schedulerChange = {
  action: {
    type: 'scheduler',
    settings: [{ device: DEVICE, interface: 'up1', queue: 'priority', weight: 12 }],
  },
  objectiveId: OBJECTIVE,
};

async function orphaned({ lab, checks, before, daemon, what, propose, next }) {
  const proposed = (await propose?.(daemon.api)) ?? null;
  const during = await untilKernel(lab, DEVICE, before, {
    same: false,
    timeoutMs: 40_000,
    everyMs: 20,
  });
  const { id, deadlineMs } = proposed ?? (await ruleChange(daemon.api, 10_000));
  await daemon.kill();
  lab.progress(`${id} is in the kernel; the daemon is killed and stays away`);
  const killedAtMs = Date.now();
  await untilKernel(lab, DEVICE, before, { same: true, timeoutMs: 60_000 });
  const undoneSeconds = Math.round((Date.now() - killedAtMs) / 100) / 10;
  checks.add(`${what}: the switch is back on its old state, byte for byte, by itself`, true);

  const again = await startDaemon(lab, lab.workDir, { ...QUICK, name: next });
  const change = await ended(again.api, id, lab.progress, 60_000);
  checks.add(
    `${what}: a daemon that starts later says rolled back`,
    change.state === 'rolled-back',
    change.reason,
  );
  const stays = (await kernelOf(lab, DEVICE)) === before;
  checks.add(`${what}: and the kernel is still as before`, stays);
  const journal = await until('the journal', () => again.api.get('/v1/journal/verify'), {
    timeoutMs: 10_000,
  });
  checks.add(`${what}: the journal's chain is whole`, journal.chain === 'ok');
  return { daemon: again, report: { ...told(change), deadlineMs, undoneSeconds, during } };
}
