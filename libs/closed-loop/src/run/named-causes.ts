import type { Incident } from '@weir/core/model';
import { VirtualTime } from '@weir/sim';
import type { IncidentResult } from '../result';

type Named = IncidentResult['named'][number];

/** The causes that were named of each incident over time; the incident itself keeps the last. */
export class NamedCauses {
  private readonly known = new Map<string, Named[]>();

  of(id: string): readonly Named[] {
    return this.known.get(id) ?? [];
  }

  look(incidents: Iterable<Incident>): void {
    for (const { id, diagnosis } of incidents) {
      if (diagnosis === null) continue;
      const named = this.known.get(id) ?? [];
      const atMs = VirtualTime.sinceStartMs(diagnosis.atMs);
      if (named.at(-1)?.atMs === atMs) continue;
      const [leading] = diagnosis.causes;
      const { name: cause = 'unknown', at = '', probability } = leading ?? {};
      named.push({ atMs, cause, at, ...(probability === undefined ? {} : { probability }) });
      this.known.set(id, named);
    }
  }
}
