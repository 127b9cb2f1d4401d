/**
 * What the lab itself costs on a kernel: how much of a CPU each kind of program takes, so that one
 * knows whether latencies measured there are those of the links or of a crowded machine.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { leaves } from './topology.mjs';

const WINDOW_MS = 4000;
const TICKS_PER_SECOND = 100;

export default {
  name: 'cost',
  about: 'no daemon; what agents, probes and load cost, as shares of one CPU',
  needs: ['tbf'],
  order: null,
  run: cost,
};

async function cost(lab) {
  const shares = {};
  const look = async (what) => {
    shares[what] = await measure(lab);
    lab.progress(`${what}: ${JSON.stringify(shares[what])}`);
  };
  await look('nothing');
  await lab.startSwitches();
  await look('agents');
  await lab.probe({ from: 'h2', to: 'h4', otlp: false });
  await look('probe');
  await lab.meter({ from: 'h2', to: 'h4', kind: 'httping' });
  await look('httping');
  const bulk = await lab.bulk({ from: 'h1', to: 'h3', seconds: 60 });
  await look('bulk');
  await bulk.stop();
  return { ok: Object.keys(shares).length === 5, shares, leaves: leaves.length };
}

/** Idle, user and system shares, and the share of each program by name, over WINDOW_MS. */
async function measure(lab) {
  const before = await read(lab);
  await sleep(WINDOW_MS);
  const after = await read(lab);
  const delta = (name) => (after.cpu[name] - before.cpu[name]) / (after.total - before.total);
  const programs = {};
  for (const [pid, { name, ticks }] of after.programs) {
    const used = (ticks - (before.programs.get(pid)?.ticks ?? 0)) / TICKS_PER_SECOND;
    if (used > 0) programs[name] = round((programs[name] ?? 0) + used / (WINDOW_MS / 1000));
  }
  return {
    idle: round(delta('idle')),
    user: round(delta('user')),
    system: round(delta('system')),
    programs,
  };
}

async function read(lab) {
  const text = await lab.exec('h1', [
    'sh',
    '-c',
    'cat /proc/stat /proc/[0-9]*/stat 2>/dev/null || true',
  ]);
  const programs = new Map();
  let cpu = {};
  let total = 0;
  for (const line of text.split('\n')) {
    const process_ = /^(\d+) \((.*)\) (.*)$/.exec(line);
    if (process_ !== null) {
      const fields = process_[3].split(' ');
      programs.set(process_[1], {
        name: process_[2],
        ticks: Number(fields[11]) + Number(fields[12]),
      });
    } else if (line.startsWith('cpu ')) {
      const [user, nice, system, idle, iowait, irq, softirq] = line
        .split(/\s+/)
        .slice(1)
        .map(Number);
      cpu = { user: user + nice, system: system + irq + softirq, idle: idle + iowait };
      total = cpu.user + cpu.system + cpu.idle;
    }
  }
  return { programs, cpu, total };
}

const round = (value) => Math.round(value * 1000) / 1000;
