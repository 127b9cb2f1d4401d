import { DOOR_NAMES, doorOf } from './doors';
import { runDoor, shortInput } from './driver';
import { supervise } from './supervise';

/** Fixed, so that a failure here is the same for everybody; `npm run fuzz` goes elsewhere. */
const FIRST_SEED = 42_000;

/** Inputs of the short form; the corpus of each door is fed before them. */
const INPUTS: Readonly<Record<string, number>> = {
  gnmi: 150,
  'gnmi-values': 100,
  'gnmi-server': 100,
  otlp: 100,
  rest: 80,
  grpc: 80,
  policy: 40,
  topology: 80,
  config: 40,
  intents: 200,
  plans: 150,
  scenario: 20,
  commands: 80,
  frames: 250,
  flight: 120,
  redis: 50,
};
/** What may take its process down with it, and memory, which is measured where nothing else is. */
const IN_A_CHILD: Readonly<Record<string, number>> = { journal: 50, gnmi: 300 };

jest.setTimeout(120_000);

describe('what comes in from outside', () => {
  it('is fuzzed at every door', () => {
    expect(Object.keys({ ...INPUTS, ...IN_A_CHILD }).sort()).toEqual([...DOOR_NAMES].sort());
  });

  it.each(Object.entries(INPUTS))(
    '%s: no crash, no wrong answer, and good input is taken afterwards',
    async (name, inputs) => {
      const report = await runDoor(doorOf(name), {
        firstSeed: FIRST_SEED,
        progress: (done) => done / inputs,
        maxFailures: 1,
      });
      expect(report.failures.map((one) => `${one.reason}\n${shortInput(one.input)}`)).toEqual([]);
      if (report.skipped !== null) process.stderr.write(`skipped: ${name}: ${report.skipped}\n`);
      else expect(Object.keys(report.outcomes).length).toBeGreaterThan(1);
    },
  );

  it.each(Object.entries(IN_A_CHILD))(
    '%s in a process of its own: it lives, ends, and its memory does not grow',
    async (door, amount) => {
      const report = await supervise({ door, firstSeed: FIRST_SEED, unit: 'inputs', amount });
      expect(report.failures.map(({ reason, input }) => `${reason}\n${input}`)).toEqual([]);
      expect(report.inputs).toBe(amount);
      expect(report.heap).not.toBeNull();
    },
  );
});
