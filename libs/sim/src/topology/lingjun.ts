import { ok, type Result } from '@weir/core/base';
import type { FabricSpec } from '../network/spec';
import {
  checkSizes,
  DEFAULT_OPTIONS,
  Draft,
  hostPrefix,
  impossible,
  upTo,
  type FabricOptions,
} from './draft';

export interface LingjunOptions extends Partial<FabricOptions> {
  /** So many hosts, whole racks in the order in which the file first names them; default: all. */
  readonly hosts?: number;
  /** PSWs of one group; each ASW is under all of its group. */
  readonly pswPerGroup?: number;
  /** DSWs that PSW n of every group is under. */
  readonly dswPerPlane?: number;
}

/**
 * The file says which group of switches a host is under, not how many switches that is. Eight PSWs
 * of the speed of a host make a full rack of eight hosts free of blocking, and four DSWs for each
 * plane make the largest pod about 11:1 oversubscribed above, near the 15:1 that the same operator
 * states for its core (Qian et al., "Alibaba HPN", SIGCOMM 2024).
 */
const ASSUMED = { pswPerGroup: 8, dswPerPlane: 4 };

const HEADER = 'ip,DSW,PSW,ASW';

interface Row {
  readonly host: string;
  readonly dsw: string;
  readonly psw: string;
  readonly asw: string;
}

/**
 * The three-layer Clos of `topo.csv` in Alibaba's Lingjun data set of 2023: one leaf for each ASW
 * of a PSW group (`p10-s14`), one pod for each PSW group (`p10-psw1`..), planes of DSWs
 * (`g6-dsw1`..); hosts `p10-s14-h3`, labelled with the groups and the start of the blinded address.
 */
export function fromLingjun(csv: string, options: LingjunOptions = {}): Result<FabricSpec> {
  const o = { ...DEFAULT_OPTIONS, name: 'lingjun', ...ASSUMED, ...options };
  const rows = readRows(csv);
  if (!rows.ok) return rows;
  const hosts = o.hosts ?? rows.value.length;
  const { pswPerGroup, dswPerPlane } = o;
  const refused = checkSizes(o, { hosts, pswPerGroup, dswPerPlane });
  if (refused !== null) return refused;
  if (hosts > rows.value.length)
    return impossible('hosts', `the file has ${rows.value.length} hosts, not ${hosts}`);
  const racks = wholeRacks(rows.value, hosts);
  const draft = new Draft(o);
  const pods = new Map<string, { psw: string; dsw: string }>();
  for (const [leaf, [{ psw, dsw }]] of racks) {
    draft.addSwitch(leaf, 'leaf', psw);
    pods.set(`${dsw}/${psw}`, { psw, dsw });
  }
  const planes = new Set([...pods.values()].map((pod) => pod.dsw));
  for (const { psw } of uniqueBy(pods.values(), (pod) => pod.psw))
    for (const n of upTo(pswPerGroup)) draft.addSwitch(`${psw}-psw${n}`, 'spine', psw);
  for (const dsw of planes)
    for (const n of upTo(pswPerGroup * dswPerPlane))
      draft.addSwitch(`${dsw}-dsw${n}`, 'superspine', dsw);
  for (const { psw, dsw } of pods.values()) {
    for (const n of upTo(pswPerGroup)) {
      for (const up of upTo(dswPerPlane))
        draft.connect(`${psw}-psw${n}`, `${dsw}-dsw${(n - 1) * dswPerPlane + up}`);
    }
  }
  for (const [leaf, [{ psw }]] of racks)
    for (const n of upTo(pswPerGroup)) draft.connect(leaf, `${psw}-psw${n}`);
  const widest = Math.max(...[...racks.values()].map((rack) => rack.length));
  for (const [at, [leaf, rack]] of [...racks].entries()) {
    for (const [n, { host, dsw, psw, asw }] of rack.entries()) {
      const labels = { asw, psw, dsw, pod: psw, ip: host.slice(0, 12) };
      draft.addHost(`${leaf}-h${n + 1}`, leaf, hostPrefix(at + 1, n + 1, widest), labels);
    }
  }
  return ok(draft.finish());
}

function readRows(csv: string): Result<Row[]> {
  const lines = csv.split(/\r?\n/);
  if (lines[0]?.trim() !== HEADER) return impossible('line 1', `the header must be ${HEADER}`);
  const rows: Row[] = [];
  const seen = new Set<string>();
  for (const [i, line] of lines.entries()) {
    if (i === 0 || line.trim() === '') continue;
    const where = `line ${i + 1}`;
    const [host = '', dsw = '', psw = '', asw = '', ...rest] = line.trim().split(',');
    if (rest.length > 0 || [dsw, psw, asw].some((name) => !/^[A-Za-z0-9]+$/.test(name)) || !host)
      return impossible(where, `four fields are needed: ${HEADER}`);
    if (seen.has(host)) return impossible(where, `host ${host} is not unique`);
    seen.add(host);
    const lower = { dsw: dsw.toLowerCase(), psw: psw.toLowerCase(), asw: asw.toLowerCase() };
    rows.push({ host, ...lower });
  }
  return rows.length === 0 ? impossible('line 2', 'there is no host') : ok(rows);
}

type Rack = [Row, ...Row[]];

function wholeRacks(rows: readonly Row[], hosts: number): Map<string, Rack> {
  const racks = new Map<string, Rack>();
  for (const row of rows) {
    const leaf = `${row.psw}-${row.asw}`;
    const rack = racks.get(leaf);
    if (rack === undefined) racks.set(leaf, [row]);
    else rack.push(row);
  }
  const chosen = new Map<string, Rack>();
  let left = hosts;
  for (const [leaf, [first, ...others]] of racks) {
    if (left === 0) break;
    const rack: Rack = [first, ...others.slice(0, left - 1)];
    chosen.set(leaf, rack);
    left -= rack.length;
  }
  return chosen;
}

function uniqueBy<T>(items: Iterable<T>, key: (item: T) => string): Iterable<T> {
  return new Map([...items].map((item) => [key(item), item])).values();
}
