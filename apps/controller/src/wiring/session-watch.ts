import type { DeviceId, Topology } from '@weir/core/model';
import type { Metrics } from '@weir/core/ports';
import type { LogPort } from '@weir/nest';

type SessionState = 'connecting' | 'synced' | 'down';

const STATES = ['connecting', 'synced', 'down'] as const;

/** Logs each change of a gNMI session and counts the sessions by state. */
export function sessionWatch(
  topology: Topology,
  metrics: Metrics,
  log: LogPort,
): (device: DeviceId, state: SessionState, detail: string) => void {
  const sessions = metrics.gauge('weir_gnmi_sessions', 'gNMI sessions by state.', ['state']);
  const drops = metrics.counter('weir_gnmi_session_drops_total', 'gNMI sessions that went down.');
  const known = new Map<DeviceId, SessionState>();
  const said = new Map<DeviceId, string>();
  for (const device of topology.devices.values())
    if (device.address !== '') known.set(device.id, 'down');
  const publish = (): void => {
    for (const state of STATES) {
      const count = [...known.values()].filter((one) => one === state).length;
      sessions.set(count, { state });
    }
  };
  publish();
  return (device, state, detail) => {
    const before = known.get(device);
    known.set(device, state);
    publish();
    if (state === 'synced') {
      said.delete(device);
      log.info('gnmi session synced', { device });
      return;
    }
    if (state !== 'down') return;
    if (before === 'synced') drops.add(1);
    // A device that cannot be reached goes from connecting to down again and again: a reason is
    // news once, until the session was in sync again or the reason is another.
    if (said.get(device) === detail) return;
    said.set(device, detail);
    log.warn('gnmi session down', { device, reason: detail });
  };
}
