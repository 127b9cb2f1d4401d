import { invalidArgument, unimplemented } from '@weir/gnmi';
import type { LeafReader } from './leaf-reader';
import { profilePath } from './paths';
import type { Threshold, WantedMarking } from './wanted';

/** `tc red` averages at least a little: 1 is the quickest that it can be told. */
export const MIN_WEIGHT = 1;
export const MAX_WEIGHT = 15;

/** Active queue management of a profile; null when it neither marks nor drops anything. */
export function readProfile(reader: LeafReader, name: string): WantedMarking | null {
  const path = profilePath(name);
  const [wred, red] = [`${path}/wred/uniform/config`, `${path}/red/uniform/config`];
  const [hasWred, hasRed] = [reader.has(wred), reader.has(red)];
  if (hasWred && hasRed)
    throw invalidArgument(`${red}: a profile is either red or wred, and this one is wred already`);
  if (!hasWred && !hasRed) return null;
  const at = hasWred ? wred : red;
  const [ecn, drop] = [reader.flag(`${at}/enable-ecn`), reader.flag(`${at}/drop`)];
  const min = readThreshold(reader, at, 'min');
  const max = readThreshold(reader, at, 'max');
  const weight = readWeight(reader, `${at}/weight`);
  const probabilityPercent = readProbability(reader, `${at}/max-drop-probability-percent`);
  if (!ecn && !drop) return null;
  if (min === null || max === null)
    throw invalidArgument(`${at}/${min === null ? 'min' : 'max'}-threshold: missing`);
  return { at, min, max, ecn, drop, weight, probabilityPercent };
}

function readThreshold(reader: LeafReader, at: string, which: 'min' | 'max'): Threshold | null {
  const percent = reader.count(`${at}/${which}-threshold-percent`);
  if (percent !== null) return { percent: Number(percent) };
  const bytes = reader.count(`${at}/${which}-threshold`);
  return bytes === null ? null : { bytes };
}

function readWeight(reader: LeafReader, path: string): number {
  const weight = reader.count(path) ?? BigInt(MIN_WEIGHT);
  if (weight < BigInt(MIN_WEIGHT) || weight > BigInt(MAX_WEIGHT))
    throw unimplemented(
      `${path}: ${weight} cannot be told to tc red; ${MIN_WEIGHT} (quickest) to ${MAX_WEIGHT} can`,
    );
  return Number(weight);
}

function readProbability(reader: LeafReader, path: string): number {
  const percent = Number(reader.count(path) ?? 100n);
  if (percent === 0)
    throw unimplemented(
      `${path}: 0 cannot be told to tc red; give 1 to 100, or unbind the profile`,
    );
  return percent;
}
