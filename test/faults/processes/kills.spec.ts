import { seededRandom } from '@weir/core/base';
import { CRASH_POINTS } from '@weir/runtime';
import { Deaths, journalHolds, type Death } from '../../e2e/harness/crash';
import { Rehearsal } from '../../e2e/harness/rehearsal';
import { given, note, size } from '../figures';
import { blowName, killsOf, LANES, type Kill, type Lane } from './campaign';

const KILLS = given('WEIR_FAULT_KILLS', size(8, 200));
const SEED = given('WEIR_FAULT_SEED', size(1, Date.now() % 1_000_000));
/** A recovery: start, fold, read the devices, undo or measure once more. */
const TERMINAL_MS = 90_000;

jest.setTimeout(size(300_000, KILLS * 120_000));

/** A fabric of the lane with its row of daemons. */
class Stage {
  private constructor(
    private readonly stage: Rehearsal,
    readonly deaths: Deaths,
  ) {}

  static async start(lane: Lane): Promise<Stage> {
    const stage = await Rehearsal.start({}, lane.shape);
    for (const device of stage.devices)
      await stage.fabric.setFaults(device, { ignoreExtensions: lane.ignoreExtensions });
    return new Stage(stage, new Deaths(stage, [], 'improved'));
  }

  async verify(): Promise<void> {
    await this.deaths.stop();
    await journalHolds(this.stage);
  }

  async stop(): Promise<void> {
    await this.deaths.stop();
    await this.stage.stop();
  }
}

/** What each death came to; one that nobody came back from is told, and the next has a new stage. */
async function run(lane: Lane, kills: readonly Kill[]): Promise<readonly Death[]> {
  const survived: Death[] = [];
  let stage: Stage | null = null;
  try {
    for (const [i, { blow, effect }] of kills.entries()) {
      let death: Death;
      try {
        stage ??= await Stage.start(lane);
        death = await stage.deaths.strike(blow, effect, kills[i + 1]?.blow ?? null);
      } catch (error) {
        const told = String(error).slice(0, 4_000);
        death = { struck: true, kills: 1, state: 'unknown', terminalMs: 0, wrongs: [told] };
        await stage?.stop();
        stage = null;
      }
      survived.push(death);
      note('kill', { lane: lane.name, at: blowName(blow), effect, ...death });
    }
    await stage?.verify();
  } finally {
    await stage?.stop();
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
