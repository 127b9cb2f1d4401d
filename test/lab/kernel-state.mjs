/** What the kernels say of themselves: the configuration of the switches, and how busy they are. */
import { portsOf, switches } from './topology.mjs';

/** Next hops, routes and queueing of one switch as text, without anything that counts or ages. */
export function configurationOf(lab, device) {
  const queueing = portsOf(device).flatMap(({ name }) =>
    ['qdisc', 'class', 'filter'].map((kind) => `${kind} show dev ${name}`),
  );
  // Programs are dear to start in User-mode Linux; each of these answers all questions at once.
  const command = "printf 'nexthop\nroute\n' | ip -j -batch - && exec tc -batch -";
  return lab.exec(device, ['sh', '-c', command], { input: `${queueing.join('\n')}\n` });
}

/** `{switch: text}`; two texts are the same when the kernel is configured alike. */
export async function configurations(lab) {
  const found = {};
  for (const device of switches) found[device] = await configurationOf(lab, device);
  return found;
}

/** Whether the machine that carries the packets had time to spare while they were measured. */
export class CpuMeter {
  static async start(lab) {
    return new CpuMeter(lab, await times(lab));
  }

  constructor(lab, before) {
    this.lab = lab;
    this.before = before;
  }

  /** Share of the time since the start in which a processor was free for the lab. */
  async idleRatio() {
    const after = await times(this.lab);
    const idle = after.idle - this.before.idle;
    return Math.round((idle / (after.total - this.before.total)) * 100) / 100;
  }
}

/**
 * First line of /proc/stat: user, nice, system, idle, iowait, ... in ticks. What programs of low
 * priority use is free for the lab's.
 */
async function times(lab) {
  const text = await lab.exec('h1', ['cat', '/proc/stat']);
  const ticks = text.split('\n')[0].trim().split(/\s+/).slice(1).map(Number);
  return { idle: ticks[1] + ticks[3] + ticks[4], total: ticks.reduce((sum, one) => sum + one, 0) };
}
