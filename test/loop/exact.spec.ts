import { strategies } from '@weir/algorithms';
import type {
  ExactSolver,
  ReliefProblem,
  ReliefResult,
  SolvedSplit,
  SplitProgram,
  Strategies,
} from '@weir/core/ports';
import { testPolicy, World } from './world';

/** Everything that the problem could move, as if all of it had been left open. */
function openOf({ items, capacityBps }: ReliefProblem): NonNullable<ReliefResult['open']> {
  const ways = items.flatMap(({ choices }) => choices);
  const starts = (sizes: readonly number[]): Int32Array => {
    let at = 0;
    return Int32Array.from([0, ...sizes.map((size) => (at += size))]);
  };
  return {
    program: {
      capacity: Float64Array.from(capacityBps, (bps) => (bps > 0 ? bps : 1)),
      demand: Float64Array.from(items, ({ bps }) => bps),
      pathStart: starts(items.map(({ choices }) => choices.length)),
      linkStart: starts(ways.map(({ channels }) => channels.length)),
      links: Int32Array.from(ways.flatMap(({ channels }) => channels)),
      parts: Float64Array.from(ways.flatMap(({ shares }) => shares)),
    },
    items: items.map((_, i) => i),
    choices: items.flatMap(({ choices }) => choices.map((_, at) => at)),
    utilization: 0.9,
    lowerBound: 0.1,
  };
}

/** The methods of the loop, which have seen what was proposed, and leave everything open. */
function leavingOpen(): { methods: Strategies; proposals: (ReliefProblem['proposed'] | null)[] } {
  const proposals: (ReliefProblem['proposed'] | null)[] = [];
  const relieve = (problem: ReliefProblem): ReliefResult => {
    proposals.push(problem.proposed ?? null);
    return { ...strategies.relieve(problem), open: openOf(problem) };
  };
  return { methods: { ...strategies, relieve }, proposals };
}

/** Puts all of every commodity on its last way; `late` answers never come. */
class StandIn implements ExactSolver {
  readonly name = 'stand-in';
  asked = 0;

  constructor(private readonly behaves: 'answers' | 'fails' | 'is late' | 'answers nonsense') {}

  solve(program: SplitProgram): Promise<SolvedSplit> {
    this.asked++;
    if (this.behaves === 'is late') return new Promise(() => undefined);
    if (this.behaves === 'fails') return Promise.reject(new Error('infeasible'));
    const split = new Float64Array(program.linkStart.length - 1);
    if (this.behaves === 'answers nonsense') split.fill(7);
    else for (const end of program.pathStart.slice(1)) split[end - 1] = 1;
    return Promise.resolve({ split, utilization: 0.6 });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function placementPolicy() {
  const policy = testPolicy();
  const [rule] = policy.rules;
  if (rule === undefined) throw new Error('the policy has a rule');
  const action = { type: 'placement', targetUtilizationRatio: 0.3 } as const;
  return { ...policy, rules: [{ ...rule, action }] };
}

async function hotFabric(solver: ExactSolver | null, methods: Strategies): Promise<World> {
  const given = solver === null ? {} : { solver };
  const world = new World({ policy: placementPolicy(), strategies: methods, ...given });
  await world.start();
  await world.objective('a', 'l1', 'l2');
  await world.objective('b', 'l3', 'l4');
  await world.run(5_000);
  world.background.set('l1:s1', 0.9);
  return world;
}

const decidedAt = async (world: World): Promise<number> => {
  const from = world.clock.nowMs;
  await world.run(60_000, () => world.changes.length > 0);
  expect(world.fatal).toBeNull();
  expect(world.changes.length).toBeGreaterThan(0);
  return world.clock.nowMs - from;
};

describe('an exact solver that is asked for what the own methods leave open', () => {
  it('is not asked where there is none', async () => {
    const { methods, proposals } = leavingOpen();
    await decidedAt(await hotFabric(null, methods));
    expect(proposals.every((proposed) => proposed === null)).toBe(true);
  });

  it('is waited for, and its splits are judged with the others', async () => {
    const { methods, proposals } = leavingOpen();
    const solver = new StandIn('answers');
    await decidedAt(await hotFabric(solver, methods));
    expect(solver.asked).toBe(1);
    expect(proposals[0]).toBeNull();
    const shares = proposals.flatMap((own) => own ?? []).find((own) => own !== null);
    expect(shares?.at(-1)).toBe(1);
  });

  it.each(['fails', 'is late', 'answers nonsense'] as const)(
    'that %s is not waited for longer than its limit, and nothing of it is used',
    async (behaves) => {
      const alone = await decidedAt(await hotFabric(null, leavingOpen().methods));
      const { methods, proposals } = leavingOpen();
      const solver = new StandIn(behaves);
      const passedMs = await decidedAt(await hotFabric(solver, methods));
      expect(solver.asked).toBe(1);
      expect(passedMs).toBeLessThanOrEqual(alone + 2_500);
      expect(proposals.every((proposed) => proposed === null)).toBe(true);
    },
  );
});

describe('a proof that no weights help', () => {
  it('is what the incident says, and nothing is changed', async () => {
    const relieve = (problem: ReliefProblem): ReliefResult => {
      const weights = problem.items.map(() => null);
      const proof = { weights, method: 'certificate', lowerBound: 0.97, churn: 0 } as const;
      return { ...strategies.relieve(problem), ...proof, after: 0.98, open: null };
    };
    const world = await hotFabric(null, { ...strategies, relieve });
    await world.run(30_000);
    expect(world.changes).toEqual([]);
    expect(world.devices.sets).toBe(0);
    const notes = [...world.engine.durable.incidents.values()].map(({ note }) => note);
    expect(notes.join()).toContain(
      'no weights help: the links that this traffic has to take carry',
    );
    expect(notes.join()).toContain('97 % of their rate');
  });
});
