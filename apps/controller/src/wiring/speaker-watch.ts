import type { SpeakerEvent } from '@weir/adapter-gobgp';
import type { Metrics } from '@weir/core/ports';
import type { LogPort } from '@weir/nest';

/** Logs what happens to BGP speakers and counts the paths that somebody else, or a restart, moved. */
export function speakerWatch(metrics: Metrics, log: LogPort): (event: SpeakerEvent) => void {
  const moved = metrics.counter(
    'weir_bgp_paths_total',
    'Announced paths that were restored after a restart of the speaker, left out, or found changed by somebody else (drift).',
    ['what'],
  );
  const down = new Map<string, string>();
  return ({ device, kind, detail, paths }) => {
    if (paths > 0) moved.add(paths, { what: kind });
    if (kind === 'up') {
      down.delete(device);
      log.info('bgp speaker heard', { device, address: detail });
      return;
    }
    if (kind === 'down') {
      // A speaker that is away is tried again and again: the reason is news once.
      if (down.get(device) === detail) return;
      down.set(device, detail);
      log.warn('bgp speaker lost', { device, reason: detail });
      return;
    }
    log.warn('bgp paths changed', { device, what: kind, reason: detail, paths });
  };
}
