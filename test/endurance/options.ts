import { parseArgs } from 'node:util';

/** Sizes of one run. */
export interface EnduranceOptions {
  readonly minutes: number;
  readonly pods: number;
  readonly leavesPerPod: number;
  readonly superspines: number;
  readonly flows: number;
  readonly events: number;
  readonly seed: number;
  readonly json: boolean;
}

/** Spines of each pod; the uplinks of a leaf are eth1 and eth2. */
export const SPINES_PER_POD = 2;

export const switchesOf = ({ pods, leavesPerPod, superspines }: EnduranceOptions): number =>
  pods * (leavesPerPod + SPINES_PER_POD) + superspines;
export const linksOf = ({ pods, leavesPerPod, superspines }: EnduranceOptions): number =>
  pods * (leavesPerPod * SPINES_PER_POD + superspines);

/** 60 switches in three layers, 120 links between them. */
export const FULL: EnduranceOptions = {
  minutes: 10,
  pods: 6,
  leavesPerPod: 7,
  superspines: 6,
  flows: 350,
  events: 200,
  seed: 1,
  json: false,
};

export function optionsOf(args: readonly string[]): EnduranceOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string' },
      pods: { type: 'string' },
      'leaves-per-pod': { type: 'string' },
      superspines: { type: 'string' },
      flows: { type: 'string' },
      events: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const number = (text: string | undefined, otherwise: number): number => {
    const value = text === undefined ? otherwise : Number(text);
    if (!(value > 0)) throw new RangeError(`a number above 0 is needed, not ${text}`);
    return value;
  };
  return {
    minutes: number(values.minutes, FULL.minutes),
    pods: number(values.pods, FULL.pods),
    leavesPerPod: number(values['leaves-per-pod'], FULL.leavesPerPod),
    superspines: number(values.superspines, FULL.superspines),
    flows: number(values.flows, FULL.flows),
    events: number(values.events, FULL.events),
    seed: number(values.seed, FULL.seed),
    json: values.json,
  };
}
