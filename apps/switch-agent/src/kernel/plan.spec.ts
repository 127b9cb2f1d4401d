import * as fc from 'fast-check';
import { ownedLines, type OwnedGroup, type OwnedState } from './owned-state';
import { planCommands } from './plan';

const PROTOCOL = 87;

/** Nexthop objects as the kernel keeps them: references must exist, removal cascades. */
class ModelKernel {
  readonly singles: Map<number, { gateway: string; dev: string }>;
  readonly groups: Map<number, OwnedGroup>;
  readonly routes: Map<string, number>;

  constructor(state: OwnedState) {
    this.singles = new Map(state.singles);
    this.groups = new Map(state.groups);
    this.routes = new Map(state.routes);
  }

  run(words: readonly string[]): void {
    const [object, verb] = words;
    if (object === 'nexthop' && verb === 'replace') this.replaceNexthop(words);
    else if (object === 'nexthop' && verb === 'del') this.deleteNexthop(Number(words[3]));
    else if (object === 'route' && verb === 'del') {
      if (!this.routes.delete(words[2] ?? '')) throw new Error('No such process');
    } else this.putRoute(words);
  }

  private replaceNexthop(words: readonly string[]): void {
    const id = Number(words[3]);
    if (words[4] !== 'group') {
      this.singles.set(id, { gateway: words[5] ?? '', dev: words[7] ?? '' });
      return;
    }
    const members = (words[5] ?? '').split('/').map((text) => {
      const [member, weight] = text.split(',').map(Number);
      if (!this.singles.has(member ?? 0)) throw new Error('Invalid nexthop id');
      return { id: member ?? 0, weight: weight ?? 1 };
    });
    this.groups.set(id, { members, buckets: 0 });
  }

  private deleteNexthop(id: number): void {
    if (!this.singles.delete(id) && !this.groups.delete(id)) throw new Error('No such file');
    for (const [group, { members, buckets }] of this.groups) {
      const left = members.filter((member) => member.id !== id);
      if (left.length === 0) this.groups.delete(group);
      else this.groups.set(group, { members: left, buckets });
    }
    for (const [prefix, group] of this.routes)
      if (!this.groups.has(group)) throw new Error(`route ${prefix} withdrawn by a removal`);
  }

  private putRoute(words: readonly string[]): void {
    const [, verb, prefix = '', , group] = words;
    if (!this.groups.has(Number(group))) throw new Error('Nexthop id does not exist');
    if (verb === 'add' && this.routes.has(prefix)) throw new Error('File exists');
    this.routes.set(prefix, Number(group));
  }
}

const stateArbitrary: fc.Arbitrary<OwnedState> = fc
  .array(
    fc.record({
      prefix: fc.integer({ min: 0, max: 5 }),
      hops: fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
      weight: fc.integer({ min: 1, max: 256 }),
    }),
    { maxLength: 5 },
  )
  .map((routes) => {
    const singles = new Map<number, { gateway: string; dev: string }>();
    const groups = new Map<number, OwnedGroup>();
    const table = new Map<string, number>();
    for (const { prefix, hops, weight } of routes) {
      for (const hop of hops) singles.set(1 + hop, { gateway: `10.0.${hop}.1`, dev: `eth${hop}` });
      const weights = hops.map((hop, at) => ({ id: 1 + hop, weight: at === 0 ? weight : 1 }));
      groups.set(100 + prefix, { members: weights, buckets: 0 });
      table.set(`10.1.${prefix}.0/24`, 100 + prefix);
    }
    return { singles, groups, routes: table };
  });

describe('plan of kernel commands', () => {
  it('takes any state to any other, without a route losing its group on the way', () => {
    fc.assert(
      fc.property(stateArbitrary, stateArbitrary, (observed, target) => {
        const kernel = new ModelKernel(observed);
        for (const command of planCommands(observed, target, PROTOCOL)) kernel.run(command.words);
        expect(ownedLines(kernel)).toEqual(ownedLines(target));
      }),
    );
  });

  it('is empty when nothing differs', () => {
    fc.assert(
      fc.property(stateArbitrary, (state) => {
        expect(planCommands(state, state, PROTOCOL)).toEqual([]);
      }),
    );
  });

  it('changes only the weights of a group in one command', () => {
    const state = (weight: number): OwnedState => ({
      singles: new Map([
        [1, { gateway: '10.0.0.1', dev: 'eth0' }],
        [2, { gateway: '10.0.1.1', dev: 'eth1' }],
      ]),
      groups: new Map([
        [
          100,
          {
            members: [
              { id: 1, weight },
              { id: 2, weight: 1 },
            ],
            buckets: 0,
          },
        ],
      ]),
      routes: new Map([['10.9.0.0/24', 100]]),
    });
    expect(planCommands(state(3), state(5), PROTOCOL)).toEqual([
      {
        words: ['nexthop', 'replace', 'id', '100', 'group', '1,5/2,1', 'proto', '87'],
        prefix: '10.9.0.0/24',
      },
    ]);
  });
});
