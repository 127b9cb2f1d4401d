import { interfacesOf, type World } from '@weir/sim';
import type { SimulatedSwitch } from './simulated-switch';

/** Tells the switches which of their ports went up or down since `before`; returns the new state. */
export function notePortChanges(
  world: World,
  switches: ReadonlyMap<string, SimulatedSwitch>,
  before: ReadonlyMap<string, boolean>,
): Map<string, boolean> {
  const now = new Map<string, boolean>();
  for (const [name, entry] of switches) {
    for (const port of interfacesOf(world.spec, name)) {
      const key = `${name}:${port}`;
      const up = world.portUp(name, port);
      now.set(key, up);
      const known = before.get(key);
      if (known !== undefined && known !== up) entry.portChanged(port);
    }
  }
  return now;
}
