/**
 * Runs one scenario inside of the manager's namespace: makes the fabric where run.mjs says, hands it
 * to the scenario, and prints the result as one line of JSON.
 * Usage: driver.mjs RUN WORKDIR SCENARIO OPTIONS, the last as JSON: {kernel, rounds, small}.
 * Its standard input is a pipe that nobody writes to: when it closes, run.mjs is gone.
 */
import { availableParallelism, loadavg } from 'node:os';
import { Lab } from './lab.mjs';
import { LocalMachine, run as runOn } from './machine.mjs';
import { managerAddress, removeNamespaces } from './namespaces.mjs';
import { allScenarios } from './scenarios.mjs';
import { bootUml } from './uml/boot.mjs';

const [run, workDir, name, options] = process.argv.slice(2);
const { kernel, rounds, small } = JSON.parse(options);
const startedAt = performance.now();
const secondsSoFar = () => (performance.now() - startedAt) / 1000;
const progress = (message) =>
  process.stderr.write(`lab: ${secondsSoFar().toFixed(1).padStart(5)} s  ${name}: ${message}\n`);

process.stdin
  .on('end', () => {
    // Whatever the scenario is doing, its programs end now, and this process as one of them.
    removeNamespaces(run);
    process.exit(1);
  })
  .resume();

async function main() {
  const scenario = (await allScenarios()).find((item) => item.name === name);
  const congestion = scenario.congestion ?? 'cubic';
  const machine = kernel === 'uml' ? await bootUml({ workDir, congestion }) : await runningKernel();
  if (kernel === 'uml') progress('User-mode Linux is up');
  const described = await describe(machine);
  const lab = new Lab({
    run,
    machine,
    workDir,
    scenario,
    rounds,
    small,
    progress,
    kernel: described,
  });
  let result;
  try {
    await lab.build();
    result = await scenario.run(lab);
    if (lab.failure !== null) result = { ...result, ok: false };
  } catch (error) {
    progress(error.stack);
    result = { ok: false, failure: error.message };
  }
  const failure = lab.failure ?? result.failure ?? null;
  await lab.close();
  const totalSeconds = Math.round(secondsSoFar() * 10) / 10;
  return { name, ...result, failure, kernel: described, totalSeconds };
}

async function runningKernel() {
  const machine = new LocalMachine();
  await runOn(machine, managerAddress);
  return machine;
}

/** The kernel under the fabric, and the machine under that. */
async function describe(machine) {
  const release = (await runOn(machine, ['uname', '-r'])).trim();
  const version = (await runOn(machine, ['ip', '-V'])).trim();
  return {
    name: kernel === 'uml' ? `User-mode Linux ${release}` : `the running kernel ${release}`,
    kind: kernel,
    linux: release,
    iproute2: version.replace('ip utility, iproute2-', ''),
    cpus: kernel === 'uml' ? 1 : availableParallelism(),
    /** Of the last minute; latencies on a busy machine are also those of its scheduler. */
    loadAverage: Math.round(loadavg()[0] * 10) / 10,
  };
}

main().then(
  (result) =>
    process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(result.ok ? 0 : 1)),
  (error) => {
    progress(error.stack);
    const result = { name, ok: false, failure: error.message };
    process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(1));
  },
);
