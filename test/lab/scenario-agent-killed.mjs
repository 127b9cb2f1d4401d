/**
 * The agent of a switch dies with SIGKILL in the middle of a commit-confirmed change, at several
 * moments, and the kernel ends on the old state as soon as an agent runs there again. While none
 * does, the kernel keeps what it has: a promise needs somebody to keep it, which is why the unit of
 * the agent says `Restart=always`.
 */
import { join } from 'node:path';
import { ended, ruleChange } from './daemon.mjs';
import { setLeaves, unlessConfirmed } from './gnmi-client.mjs';
import { leavesOf } from './gnmi-routes.mjs';
import { hangingTool } from './hanging-tool.mjs';
import { until } from './processes.mjs';
import { BULK, Checks, healthyDaemon, kernelOf, told, untilKernel } from './safety.mjs';
import { GNMI_PORT, initialRoutes, managementOf } from './topology.mjs';

const DEVICE = 'leaf1';
const ADDRESS = `${managementOf(DEVICE).node}:${GNMI_PORT}`;
const FAILED_PRECONDITION = 9;
/** Groups of the change and of what it replaces, as they stand in commands for the kernel. */
const NEW_GROUP = '*group*,5/*,7*';
const OLD_GROUP = '*group*,64*|*group*,32/*';

export default {
  name: 'agent-killed',
  about: 'the agent is killed in the middle of a commit; the kernel ends on the old state',
  needs: ['wecmp'],
  order: 60,
  limitMs: 200_000,
  run: agentKilled,
};

async function agentKilled(lab) {
  const checks = new Checks(lab.progress);
  await lab.startSwitches();
  const before = await kernelOf(lab, DEVICE);
  const context = { lab, checks, before, agent: lab.agents[DEVICE] };
  context.whole = await answeredAndLate(context);
  await answeredAndInTime(context);
  await insideOfTheSet(context);
  await insideOfTheUndo(context);
  const change = lab.small ? null : await underTheDaemon(context);
  const after = await kernelOf(lab, DEVICE);
  return {
    ok: checks.ok,
    checks: checks.list,
    change: change === null ? null : told(change),
    proof: { before, after },
  };
}

/** New weights, 5 to 7, for every prefix that has two next hops: several commands to the kernel. */
function setNewWeights(id, rollbackMs) {
  const routes = initialRoutes(DEVICE).map(({ prefix, nextHops }) => ({
    prefix,
    nextHops: nextHops.map((hop, i) => ({ ...hop, weight: [5, 7][i] })),
  }));
  const commit = unlessConfirmed(id, rollbackMs);
  const leaves = Object.fromEntries(leavesOf(routes));
  return setLeaves(ADDRESS, leaves, { commit, timeoutMs: 60_000 });
}

/** An agent that answers: with a commit pending it refuses to be written to, and says so. */
function untilAnswers(what, expected) {
  return until(
    what,
    async () => {
      const code = await setLeaves(ADDRESS, {}).then(
        () => null,
        (error) => error.code,
      );
      return code === expected ? true : null;
    },
    { timeoutMs: 60_000 },
  );
}

const pending = () => untilAnswers('the agent with the commit pending', FAILED_PRECONDITION);
const settled = () => untilAnswers('the agent without a pending commit', null);
const isBefore = { same: true, timeoutMs: 60_000 };

/** Gives what the kernel says when it has the whole change. */
async function answeredAndLate({ lab, checks, before, agent }) {
  const moment = 'killed after the answer, back after the deadline';
  await setNewWeights('late', 2000);
  const deadlineMs = Date.now() + 2000;
  await agent.stop('SIGKILL');
  const during = await kernelOf(lab, DEVICE);
  checks.add(`${moment}: the change was in the kernel`, during !== before);
  await until('the deadline to pass', () => Date.now() > deadlineMs + 500, { timeoutMs: 10_000 });
  const away = await kernelOf(lab, DEVICE);
  checks.add(`${moment}: without an agent the kernel keeps what it has`, away === during);
  await agent.start();
  await untilKernel(lab, DEVICE, before, isBefore);
  await settled();
  checks.add(`${moment}: the kernel is as before`, (await kernelOf(lab, DEVICE)) === before);
  return during;
}

async function answeredAndInTime({ lab, checks, before, agent }) {
  const moment = 'killed after the answer, back before the deadline';
  await setNewWeights('in-time', 15_000);
  const during = await kernelOf(lab, DEVICE);
  await agent.stop('SIGKILL');
  await agent.start();
  await pending();
  const stands = (await kernelOf(lab, DEVICE)) === during && during !== before;
  checks.add(`${moment}: the commit still waits and the change still stands`, stands);
  await untilKernel(lab, DEVICE, before, isBefore);
  await settled();
  checks.add(`${moment}: the kernel is as before`, (await kernelOf(lab, DEVICE)) === before);
}

async function insideOfTheSet({ lab, checks, before, whole, agent }) {
  const moment = 'killed inside of the Set, between two commands to the kernel';
  const hanging = hangingTool(join(lab.workDir, 'hangs-in-set'), 'ip', NEW_GROUP);
  await restarted(agent, hanging);
  const answer = setNewWeights('half', 3000).then(
    () => 'answered',
    () => 'no answer',
  );
  await until('half of the change in the kernel', hanging.reached, { timeoutMs: 30_000 });
  const half = await kernelOf(lab, DEVICE);
  await agent.stop('SIGKILL');
  checks.add(`${moment}: nobody was told that it worked`, (await answer) === 'no answer');
  const between = half !== before && half !== whole;
  checks.add(`${moment}: the kernel was between the two states`, between);
  await agent.start();
  await untilKernel(lab, DEVICE, before, isBefore);
  await settled();
  checks.add(`${moment}: the kernel is as before`, (await kernelOf(lab, DEVICE)) === before);
}

async function insideOfTheUndo({ lab, checks, before, whole, agent }) {
  const moment = 'killed inside of the undo, between two commands to the kernel';
  const hanging = hangingTool(join(lab.workDir, 'hangs-in-undo'), 'ip', OLD_GROUP);
  await restarted(agent, hanging);
  await setNewWeights('undone', 1500);
  await until('half of the undo in the kernel', hanging.reached, { timeoutMs: 30_000 });
  const half = await kernelOf(lab, DEVICE);
  await agent.stop('SIGKILL');
  const between = half !== before && half !== whole;
  checks.add(`${moment}: the kernel was between the two states`, between);
  await agent.start();
  await untilKernel(lab, DEVICE, before, isBefore);
  await settled();
  checks.add(`${moment}: the kernel is as before`, (await kernelOf(lab, DEVICE)) === before);
}

async function restarted(agent, { path }) {
  await agent.stop('SIGKILL');
  await agent.start({ env: { PATH: path } });
  await settled();
}

/** The same with the loop around it: the rule's own change, and a daemon that says how it ended. */
async function underTheDaemon({ lab, checks, before, agent }) {
  const moment = 'killed while the daemon verifies its change';
  await restarted(agent, { path: process.env.PATH });
  const { api } = await healthyDaemon(lab, { operationTimeoutMs: 2000, verifyMs: 8000 });
  const bulk = await lab.bulk({ ...BULK, seconds: 120 });
  await untilKernel(lab, DEVICE, before, { same: false, timeoutMs: 40_000, everyMs: 20 });
  const { id, deadlineMs } = await ruleChange(api, 10_000);
  await agent.stop('SIGKILL');
  lab.progress(`${id} is in the kernel; the agent is killed`);
  await until('the deadline to pass', () => Date.now() > deadlineMs, { timeoutMs: 60_000 });
  checks.add(`${moment}: the change stands meanwhile`, (await kernelOf(lab, DEVICE)) !== before);
  await agent.start();
  await untilKernel(lab, DEVICE, before, isBefore);
  checks.add(`${moment}: the kernel is as before`, true);
  const change = await ended(api, id, lab.progress, 60_000);
  checks.add(`${moment}: the daemon says rolled back`, change.state === 'rolled-back');
  checks.add(`${moment}: and it stays so`, (await kernelOf(lab, DEVICE)) === before);
  await bulk.stop();
  return change;
}
