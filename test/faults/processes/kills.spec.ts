import { seededRandom } from '@weir/core/base';
import { CRASH_POINTS } from '@weir/runtime';
import { Deaths, journalHolds, type Death } from '../../e2e/harness/crash';
import { Rehearsal } from '../../e2e/harness/rehearsal';
import { given, note, size } from '../figures';
import { blowName, killsOf, LANES, type Kill, type Lane } from './campaign';

const KILLS = given('WEIR_FAULT_KILLS', size(8, 200));
const SEED = given('WEIR_FAULT_SEED', size(1, Date.now() % 1_000_000));
/** A recovery: start, fold, read the devices, undo or measure once more. */
const TERMINAL_MS = 45_000;

jest.setTimeout(size(300_000, KILLS * 60_000));

/** One switch fabric with its row of daemons; what each death came to. */
async function run(lane: Lane, kills: readonly Kill[]): Promise<readonly Death[]> {
  const stage = await Rehearsal.start({}, lane.shape);
  const deaths = new Deaths(stage, [], 'improved');
  const survived: Death[] = [];
  try {
    for (const device of stage.devices)
      await stage.fabric.setFaults(device, { ignoreExtensions: lane.ignoreExtensions });
    for (const [i, { blow, effect }] of kills.entries()) {
      const death = await deaths.strike(blow, effect, kills[i + 1]?.blow ?? null);
      survived.push(death);
      note('kill', { lane: lane.name, at: blowName(blow), effect, ...death });
    }
    await deaths.stop();
    await journalHolds(stage);
  } finally {
    await deaths.stop();
    await stage.stop();
  }
  return survived;
}

describe(`kill -9 anywhere, ${KILLS} times, seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  const rows = LANES.map((lane) => {
    const kills = killsOf(lane, Math.ceil(KILLS / LANES.length), random.fork(lane.name));
    return { lane, kills };
  });

  it.concurrent.each(rows)(
    '$lane.name: every change ends, every device is on its whole pre-image or post-image',
    async ({ lane, kills }) => {
      const deaths = await run(lane, kills);
      const wrong = deaths.flatMap((death, i) => {
        const kill = kills[i];
        return death.wrongs.map((text) => `${kill ? blowName(kill.blow) : ''}: ${text}`);
      });
      expect(wrong).toEqual([]);
      expect(Math.max(...deaths.map(({ terminalMs }) => terminalMs))).toBeLessThan(TERMINAL_MS);
      expect(deaths.some(({ struck }) => struck)).toBe(true);
    },
  );

  it('has a lane for every labelled point', () => {
    const enough = LANES.map((lane) => ({ lane, kills: killsOf(lane, 400, seededRandom(1)) }));
    const named = enough.flatMap(({ kills }) => kills.map(({ blow }) => blowName(blow)));
    expect(CRASH_POINTS.filter((label) => !named.includes(label))).toEqual([]);
  });
});
