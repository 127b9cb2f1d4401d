import type { BufferInputs, BufferRule } from '@weir/core/model';

/** A rule of the literature for the size of a queue. */
export interface SizingRule {
  readonly name: Exclude<BufferRule, 'burst'>;
  /** As one would write it down. */
  readonly formula: string;
  readonly forWhom: string;
  readonly source: string;
  /** Bytes; the least that will do where the rule gives a range, else the same twice. */
  readonly bytes: (inputs: BufferInputs) => { readonly least: number; readonly most: number };
}

/** What is on the way at one instant, bytes: bits per second x seconds / 8. */
export const bdpBytes = (rateBps: number, us: number): number => (rateBps * us) / 8e6;

const exactly = (bytes: number) => ({ least: bytes, most: bytes });
const bdpOf = ({ rateBps, rttUs }: BufferInputs): number => bdpBytes(rateBps, rttUs);

/** The rules of MISSION D1 by name, each with its source. Some publications contradict each other. */
export const SIZING_RULES: readonly SizingRule[] = [
  {
    name: 'bdp',
    formula: 'rate x RTT',
    forWhom: 'one long flow, which then keeps its link busy through a loss',
    source: 'Villamizar and Song, High performance TCP in ANSNET, CCR 1994',
    bytes: (inputs) => exactly(bdpOf(inputs)),
  },
  {
    name: 'bdp-burst',
    formula: '2 to 4 x rate x RTT',
    forWhom: 'bursty traffic of many machines that send in step',
    source: 'practice for AI fabrics',
    bytes: (inputs) => ({ least: 2 * bdpOf(inputs), most: 4 * bdpOf(inputs) }),
  },
  {
    name: 'training',
    formula: '4 x rate x RTT x sqrt(workers)',
    forWhom: 'collectives of distributed training, whose senders keep step',
    source: 'practice for AI fabrics',
    bytes: (inputs) => exactly(4 * bdpOf(inputs) * Math.sqrt(inputs.workers)),
  },
  {
    name: 'inference',
    formula: 'rate x RTT + rate x jitter',
    forWhom: 'requests that must not wait behind more than one round trip',
    source: 'practice for request-response traffic',
    bytes: (inputs) => exactly(bdpOf(inputs) + bdpBytes(inputs.rateBps, inputs.jitterUs)),
  },
  {
    name: 'appenzeller',
    formula: 'rate x RTT / sqrt(flows)',
    forWhom: 'many long flows that do not keep step; some texts print sqrt(flows) x BDP, wrongly',
    source: 'Appenzeller, Keslassy and McKeown, Sizing router buffers, SIGCOMM 2004',
    bytes: (inputs) => exactly(bdpOf(inputs) / Math.sqrt(inputs.flows)),
  },
  {
    name: 'pfc-headroom',
    formula: '3 x rate x delay',
    forWhom: 'a lossless class: what still arrives after the other end was told to pause',
    source: 'rule of thumb for IEEE 802.1Qbb; the delay is that of the cable and of the reaction',
    bytes: ({ rateBps, delayUs }) => exactly(3 * bdpBytes(rateBps, delayUs)),
  },
];

/** Bytes that a rule asks for, whole and rounded up; the upper end where it gives a range. */
export function sizeBuffer(rule: Exclude<BufferRule, 'burst'>, inputs: BufferInputs): number {
  const found = SIZING_RULES.find(({ name }) => name === rule);
  return found === undefined ? NaN : Math.ceil(found.bytes(inputs).most);
}
