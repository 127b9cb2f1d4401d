import { invalidArgument, unimplemented } from '@weir/gnmi';
import type { LeafReader, ListEntry } from './leaf-reader';
import { CLASSIFIERS, classifierPath, groupPath, PORTS, queuePath } from './paths';

export type DscpMap = ReadonlyMap<number, string>;

const TERMS = `${CLASSIFIERS}/terms/term`;
const FAMILIES = { IPV4: 'ipv4', IPV6: 'ipv6' } as const;

/** What packets of each family go to by their DSCP; null when no classifier is bound for it. */
export function readClassification(reader: LeafReader): {
  readonly dscp4: DscpMap | null;
  readonly dscp6: DscpMap | null;
} {
  for (const { at } of reader.entries(CLASSIFIERS)) checkClassifier(reader, at);
  return { dscp4: boundMap(reader, 'IPV4'), dscp6: boundMap(reader, 'IPV6') };
}

/** Linux classifies where packets leave, whichever way they came: inputs must agree. */
function boundMap(reader: LeafReader, type: keyof typeof FAMILIES): DscpMap | null {
  let bound: { readonly name: string; readonly at: string } | null = null;
  for (const { at, keys } of reader.entries(`${PORTS}/input/classifiers/classifier`)) {
    const path = `${at}/config/name`;
    if (keys[1] !== 'IPV4' && keys[1] !== 'IPV6')
      throw unimplemented(`${at}/config/type: ${keys[1]} is not offered; IPV4 and IPV6 are`);
    if (keys[1] !== type) continue;
    const name = reader.required(path, 'name a classifier');
    if (!reader.has(classifierPath(name)))
      throw invalidArgument(`${path}: no classifier "${name}" is configured`);
    checkFamily(reader, path, name, type);
    if (bound !== null && bound.name !== name)
      throw unimplemented(
        `${path}: packets are classified where they leave, so one classifier of ${type} serves ` +
          `every input; ${bound.at} names "${bound.name}"`,
      );
    bound ??= { name, at: path };
  }
  return bound === null ? null : dscpMap(reader, bound.name, type);
}

function checkFamily(reader: LeafReader, path: string, name: string, type: string): void {
  const said = reader.text(`${classifierPath(name)}/config/type`);
  if (said !== null && said !== type)
    throw invalidArgument(`${path}: classifier "${name}" is of type ${said}, not ${type}`);
}

function checkClassifier(reader: LeafReader, at: string): void {
  const type = reader.text(`${at}/config/type`);
  if (type !== null && !(type in FAMILIES))
    throw unimplemented(`${at}/config/type: ${type} is not offered; IPV4 and IPV6 are`);
  for (const term of reader.entries(TERMS, at)) {
    queueOf(reader, term);
    for (const family of Object.values(FAMILIES)) dscpsOf(reader, term, family);
  }
}

/** In order of the terms' ids; the first term that names a DSCP decides. */
function dscpMap(reader: LeafReader, name: string, type: keyof typeof FAMILIES): DscpMap {
  const map = new Map<number, string>();
  for (const term of reader.entries(TERMS, classifierPath(name)))
    for (const dscp of dscpsOf(reader, term, FAMILIES[type]))
      if (!map.has(dscp)) map.set(dscp, queueOf(reader, term));
  return map;
}

function queueOf(reader: LeafReader, { at }: ListEntry): string {
  const target = `${at}/actions/config/target-group`;
  const group = reader.required(target, 'name a forwarding group');
  if (!reader.has(groupPath(group)))
    throw invalidArgument(`${target}: no forwarding group "${group}" is configured`);
  const output = `${groupPath(group)}/config/output-queue`;
  const queue = reader.required(output, 'name a queue of /qos/queues');
  if (!reader.has(queuePath(queue)))
    throw invalidArgument(`${output}: no queue "${queue}" is configured in /qos/queues`);
  return queue;
}

function dscpsOf(reader: LeafReader, { at }: ListEntry, family: string): readonly number[] {
  const conditions = `${at}/conditions/${family}/config`;
  const single = reader.count(`${conditions}/dscp`);
  const path = `${conditions}/dscp-set`;
  const text = reader.text(path);
  const set = text === null ? [] : (JSON.parse(text) as readonly (number | string)[]);
  const all = set.flatMap((item) => rangeOf(path, item));
  if (single !== null) all.push(Number(single));
  return [...new Set(all)].sort((a, b) => a - b);
}

/** `10` or `10..20`, both ends included. */
function rangeOf(path: string, item: number | string): readonly number[] {
  const [from, to] = String(item).split('..').map(Number);
  const [first, last] = [from ?? 0, to ?? from ?? 0];
  if (first > last || last > 63)
    throw invalidArgument(`${path}: "${item}" is not a DSCP of 0 to 63 or a range such as 10..20`);
  return Array.from({ length: last - first + 1 }, (_unused, offset) => first + offset);
}
