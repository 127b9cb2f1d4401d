/** One agent per switch, inside of its namespace, and what the operator configured before Weir. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { setLeaves } from './gnmi-client.mjs';
import { leavesOf } from './gnmi-routes.mjs';
import { qosLeaves } from './initial-qos.mjs';
import { until } from './processes.mjs';
import {
  GNMI_PORT,
  initialRoutes,
  LINK_MBPS,
  managementOf,
  portsOf,
  switches,
} from './topology.mjs';

const AGENT = fileURLToPath(new URL('../../apps/switch-agent/dist/main.js', import.meta.url));
/** What a queue may hold before the daemon came: 80 ms at the rate of a fabric port, 160 ms at 10 Mb/s. */
const QUEUE_LIMIT_BYTES = Math.max(LINK_MBPS * 10_000, 200_000);
const WEIGHTS = { priority: 8, bulk: 1 };

export const addressOf = (device) => `${managementOf(device).node}:${GNMI_PORT}`;

/** A switch's agent, which can be stopped and started again with the same state directory. */
export class Agent {
  #lab;
  #running = null;
  #starts = 0;

  constructor(lab, name, ports) {
    this.#lab = lab;
    this.name = name;
    const spec = {
      listen: addressOf(name),
      stateDir: `./${name}`,
      // The management network is a cable inside of this machine.
      tls: { mode: 'insecure' },
      ...(ports === null ? {} : { ports }),
    };
    const document = { apiVersion: 'weir.dev/v1', kind: 'SwitchAgentConfig', spec };
    writeFileSync(join(lab.workDir, `${name}.yaml`), stringify(document));
  }

  /** Returns at once; whoever asks the agent something waits until it answers. */
  start({ env } = {}) {
    const log = this.#starts++ === 0 ? this.name : `${this.name}-${this.#starts}`;
    const config = join(this.#lab.workDir, `${this.name}.yaml`);
    this.#running = this.#lab.start(
      log,
      this.name,
      [...this.#lab.node, AGENT, '--config', config],
      {
        env,
      },
    );
    return this.#running;
  }

  /** Resolves when it has ended. */
  stop(signal = 'SIGTERM') {
    return this.#running === null ? Promise.resolve() : this.#running.stop(signal);
  }
}

/** The agents' port rates: the inventory's, but for ports that `rates` says something else of. */
function portRates(device, rates) {
  return Object.fromEntries(
    portsOf(device).map(({ name, mbps }) => {
      const actual = rates[`${device}:${name}`] ?? mbps;
      return [name, { rate: `${actual}M` }];
    }),
  );
}

/**
 * Starts agents and writes routes (and queues, with `qos`) to them by gNMI. `only`: those switches
 * alone; `routes: false` or `routes: {except: [...]}`: no initial routes.
 */
export async function startSwitches(lab, { qos = false, only = switches, routes = true } = {}) {
  for (const name of only) {
    lab.agents[name] = new Agent(lab, name, qos ? portRates(name, lab.scenario.rates ?? {}) : null);
    lab.agents[name].start();
  }
  const without = routes === false ? only : (routes.except ?? []);
  for (const name of only) {
    const leaves = [
      ...(without.includes(name) ? [] : leavesOf(initialRoutes(name))),
      ...(qos ? initialQos(name) : []),
    ];
    await until(
      `the configuration on ${name}`,
      () => setLeaves(addressOf(name), Object.fromEntries(leaves)),
      {
        timeoutMs: 40_000,
        everyMs: 250,
      },
    );
  }
  const what = qos ? 'initial routes and queues are' : 'initial routes are';
  lab.progress(`${only.length} switch agents answer; ${what} set by gNMI`);
}

export const initialQos = (device) =>
  qosLeaves(device, { weights: WEIGHTS, limitBytes: QUEUE_LIMIT_BYTES });
