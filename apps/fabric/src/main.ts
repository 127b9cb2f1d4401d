#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { refuse, type Result } from '@weir/core/base';
import { readCommandLine } from './command-line';
import { readConfig, type FabricConfig, type SpecOverrides } from './config/fabric-config';
import { planOfConfig, planOfScenario, type FabricPlan } from './plan/fabric-plan';
import { loadScenario } from './plan/load-scenario';
import { startFabric } from './start-fabric';

const say = (message: string): void => void process.stderr.write(`${message}\n`);

async function load(file: string | null, overrides: SpecOverrides): Promise<Result<FabricConfig>> {
  if (file === null) return readConfig('', overrides);
  try {
    return readConfig(await readFile(file, 'utf8'), overrides);
  } catch (error) {
    return refuse('config-invalid', file, (error as Error).message);
  }
}

/** What is simulated: a scenario file where one is named, else what the configuration says. */
function planned(config: FabricConfig, file: string | null): Result<FabricPlan> {
  if (file === null) return planOfConfig(config);
  const scenario = loadScenario(file);
  return scenario.ok ? { ok: true, value: planOfScenario(scenario.value) } : scenario;
}

async function main(): Promise<number> {
  const { configFile, scenarioFile, overrides, json } = readCommandLine(process.argv);
  const config = await load(configFile, overrides);
  if (!config.ok) {
    const file = configFile === null ? '' : `${configFile}: `;
    say(`weir-fabric: ${file}${config.error.where}: ${config.error.reason}`);
    return 1;
  }
  const plan = planned(config.value, scenarioFile);
  if (!plan.ok) {
    const file = scenarioFile ?? configFile;
    say(
      `weir-fabric: ${file === null ? '' : `${file}: `}${plan.error.where}: ${plan.error.reason}`,
    );
    return 1;
  }
  const running = await startFabric(config.value, plan.value, say);
  if (!running.ok) {
    say(`weir-fabric: ${running.error.where}: ${running.error.reason}`);
    return 1;
  }
  const { controlUrl, process: fabric } = running.value;
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ control: controlUrl, switches: fabric.switches.size })}\n`,
    );
  }
  say(`weir-fabric: ${fabric.switches.size} switches listen; control API ${controlUrl}`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await running.value.close();
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(`weir-fabric: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
