import type { FluidFabric } from '@weir/sim';
import type { SimulatedSwitch } from './switch/simulated-switch';

/** Tells the switches which of their ports went up or down since `before`; returns the new state. */
export function notePortChanges(
  fabric: FluidFabric,
  switches: ReadonlyMap<string, SimulatedSwitch>,
  before: ReadonlyMap<string, boolean>,
): Map<string, boolean> {
  const now = new Map<string, boolean>();
  for (const [name, entry] of switches) {
    for (const port of fabric.counters(name).interfaces.keys()) {
      const key = `${name}:${port}`;
      const up = fabric.portUp(name, port);
      now.set(key, up);
      const known = before.get(key);
      if (known !== undefined && known !== up) entry.portChanged(port);
    }
  }
  return now;
}
