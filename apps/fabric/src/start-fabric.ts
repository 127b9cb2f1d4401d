import { ok, type Result } from '@weir/core/base';
import type { FabricConfig } from './config/fabric-config';
import { controlRoutes } from './control/routes';
import { startControlServer } from './control/server';
import { FabricProcess } from './fabric-process';
import type { FabricPlan } from './plan/fabric-plan';

export interface RunningFabric {
  readonly process: FabricProcess;
  readonly controlUrl: string;
  close(): Promise<void>;
}

/** Starts the switches, the workloads and the control API; refused with the field at fault. */
export async function startFabric(
  config: FabricConfig,
  plan: FabricPlan,
  log: (message: string) => void,
): Promise<Result<RunningFabric>> {
  const fabric = new FabricProcess(config, plan, log);
  const started = await fabric.start();
  if (!started.ok) {
    await fabric.stop();
    return started;
  }
  const { host, port } = config.spec.control;
  const control = await startControlServer(controlRoutes(fabric), host, port);
  return ok({
    process: fabric,
    controlUrl: control.url,
    async close() {
      await control.close();
      await fabric.stop();
    },
  });
}
