/**
 * The daemon dies with SIGKILL between applying a change and confirming it, and nobody starts it
 * again in time: the switch goes back to its old configuration when the commit's time is over. A
 * daemon that starts later reads the journal and the switch, and says how the change ended.
 */
import { ended, latencyObjective, objectiveState, ruleChange, startDaemon } from './daemon.mjs';
import { Evidence, kernelDescription } from './evidence.mjs';
import { startBulkLoad, startProbe, startSwitches } from './fabric.mjs';
import { until } from './processes.mjs';

const OBJECTIVE = 'LatencyObjective/inference';

export async function orphan({ processes, run, workDir, loadTool, progress }) {
  const evidence = new Evidence(run);
  await startSwitches(processes, workDir, progress);
  const quick = { operationTimeoutMs: 2000, verifyMs: 8000 };
  const { api, kill } = await startDaemon(processes, workDir, quick);
  await startProbe(processes, true);
  await api.post('/v1/intents', latencyObjective(100));
  await objectiveState(api, OBJECTIVE, 'healthy');
  const before = evidence.forwarding('leaf1');
  const load = await startBulkLoad(processes, run, loadTool, 100);
  const differs = () => evidence.forwarding('leaf1').sha256 !== before.sha256;
  await until('new weights in the kernel', differs, { timeoutMs: 30_000, everyMs: 20 });
  const appliedAt = performance.now();
  const { id, deadlineMs } = await ruleChange(api, 5000);
  await kill();
  const during = evidence.forwarding('leaf1');
  progress(`${id} is in the kernel; the daemon is killed and stays away`);

  await until('the switch to undo it by itself', () => !differs(), { timeoutMs: 60_000 });
  const undoneSeconds = Math.round((performance.now() - appliedAt) / 100) / 10;
  const after = evidence.forwarding('leaf1');
  progress(`the switch is back on its old routes after ${undoneSeconds} s`);

  const second = await startDaemon(processes, workDir, { ...quick, name: 'controller-again' });
  const change = await ended(second.api, id, progress, 30_000);
  const journal = await second.api.get('/v1/journal/verify');
  const kernelRestored = after.nexthop === before.nexthop && after.route === before.route;
  return {
    lab: 'orphan',
    ok: kernelRestored && change.state === 'rolled-back' && journal.chain === 'ok',
    kernel: kernelDescription(),
    load,
    changeId: id,
    deadlineMs,
    undoneSeconds,
    kernelRestored,
    state: change.state,
    reason: change.reason,
    journal: { records: journal.records, chain: journal.chain },
    evidence: {
      nexthop: { before: before.nexthop, during: during.nexthop, after: after.nexthop },
    },
  };
}
