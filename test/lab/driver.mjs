/** Runs one scenario inside of the management namespace. Usage: driver.mjs RUN WORKDIR SCENARIO LOAD */
import { Processes } from './processes.mjs';
import { compare } from './scenario-compare.mjs';
import { orphan } from './scenario-orphan.mjs';
import { reroute } from './scenario-reroute.mjs';
import { weights } from './scenario-weights.mjs';

const [run, workDir, scenario, loadTool] = process.argv.slice(2);
const startedAt = performance.now();
const progress = (message) => {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5);
  process.stderr.write(`lab: ${seconds} s  ${message}\n`);
};

const processes = new Processes(run, workDir);
let failure = null;
processes.onUnexpectedExit = (message) => {
  failure ??= message;
  progress(message);
};

async function main() {
  const context = { processes, run, workDir, loadTool, progress };
  const scenarios = { reroute, orphan, weights, compare };
  try {
    const result = await scenarios[scenario](context);
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    return { ...result, ok: result.ok && failure === null, failure, seconds };
  } catch (error) {
    progress(error.message);
    return { lab: scenario, ok: false, failure: failure ?? error.message };
  } finally {
    await processes.stopAll();
  }
}

main().then((result) => {
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(result.ok ? 0 : 1));
});
