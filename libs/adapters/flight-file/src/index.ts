/**
 * Flight recordings as files: what the engine was given around each change, bounded in number and
 * size, so that any decision can be replayed bit for bit. A recording grows under the name of an
 * unfinished one and gets its own in one step; one that a crash left unfinished is kept as it is.
 */
export { FlightDirectory, type FlightDirectoryOptions } from './flight-directory';
export { listFlights, type FlightListing } from './flight-list';
export {
  FLIGHT_FORMAT_VERSION,
  MAX_FLIGHT_BYTES,
  parseFlight,
  type FlightContent,
} from './flight-format';
