import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface FlightListing {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Wall-clock ms of the first entry, as the name says. */
  readonly fromMs: number;
  /** False while it is written, and where a crash left it. */
  readonly ended: boolean;
}

const NAME = /^flight-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-\d+\.(weirflight|part)$/;
export const ENDED = '.weirflight';
export const UNFINISHED = '.part';

/** Recordings of a directory, the oldest first; other files there are left alone. */
export function listFlights(dir: string): FlightListing[] {
  return readdirSync(dir)
    .flatMap((name): FlightListing[] => {
      const match = NAME.exec(name);
      if (match === null) return [];
      const [year, month, day, hour, minute, second, ms] = match.slice(1, 8).map(Number) as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const fromMs = Date.UTC(year, month - 1, day, hour, minute, second, ms);
      const path = join(dir, name);
      // Another process may remove the oldest meanwhile.
      const bytes = statSync(path, { throwIfNoEntry: false })?.size;
      if (bytes === undefined) return [];
      return [{ name, path, bytes, fromMs, ended: name.endsWith(ENDED) }];
    })
    .sort((a, b) => a.fromMs - b.fromMs || (a.name < b.name ? -1 : 1));
}

/** `flight-20260102T030405678Z-1`, with a number for those that begin at once. */
export const flightName = (fromMs: number, number: number): string =>
  `flight-${new Date(fromMs).toISOString().replace(/[-:.]/g, '')}-${number}`;
