/**
 * The shortest form of what the lab is for, as part of `npm test`: real bulk fills a path, and the
 * real daemon moves the requests away from it and proves that it helped. Nothing is compared with a
 * time, so that a busy machine makes it slow and not wrong.
 */
import { rerouteByRule } from './rerouted.mjs';
import { Checks, healthyDaemon } from './safety.mjs';

export default {
  name: 'small-reroute',
  about: 'one reroute with the loop on, as npm test runs it',
  needs: ['wecmp'],
  limitMs: 150_000,
  run: smallReroute,
};

async function smallReroute(lab) {
  const checks = new Checks(lab.progress);
  await lab.startSwitches();
  const { api, probe } = await healthyDaemon(lab);
  const rerouted = await rerouteByRule({ lab, checks, api, probe, device: 'leaf1' });
  const journal = await api.get('/v1/journal/verify');
  checks.add("the journal's chain is whole", journal.chain === 'ok');
  return { ok: checks.ok, checks: checks.list, ...rerouted };
}
