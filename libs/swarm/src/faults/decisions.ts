import { createHash } from 'node:crypto';
import type { Random } from '@weir/core/base';
import {
  changeId,
  deviceId,
  inverseOf,
  leavesText,
  type Change,
  type DeviceDiff,
  type LeafDiff,
} from '@weir/core/model';
import { canonicalJson, type Strategies } from '@weir/core/ports';
import { LEAVES, prefixOf } from '../plant/fabric';
import type { Plant } from '../plant/plant';
import type { FaultOption } from './fault-option';
import { during, oneOf, windows } from './windows';

type Option = FaultOption<Plant>;

const NONE = { leastMs: 0, mostMs: 0 };

const solver: Option = {
  name: 'solver-fails',
  rows: [12],
  description: 'What looks for weights and places throws, or answers what is not a number.',
  arm(plant, random, safetyMs) {
    const lengths = { leastMs: 10_000, mostMs: 50_000 };
    for (const window of windows(random, safetyMs, { least: 1, most: 2 }, lengths)) {
      const kind = random.below(4);
      during(plant, window, () => {
        const whole = plant.strategies;
        const hit = (where: string): void => {
          plant.fired(this.name, where);
        };
        plant.strategies = spoilt(whole, kind, hit);
        return () => {
          plant.strategies = whole;
        };
      });
    }
  },
};

/** 0 throws, 1 not a number, 2 a drain of everything but one, 3 absurd figures. */
function spoilt(whole: Strategies, kind: number, hit: (where: string) => void): Strategies {
  return {
    ...whole,
    fillWeights(problem) {
      hit('fillWeights');
      if (kind === 0) throw new Error('solver: out of memory');
      const { length } = whole.fillWeights(problem);
      const wrong = [0, NaN, 0, -1e9][kind] ?? 0;
      return Array.from({ length }, (_, i) => (kind === 2 && i === 0 ? 64 : wrong));
    },
    relieve(problem) {
      hit('relieve');
      if (kind === 0) throw new Error('solver: infeasible basis');
      const good = whole.relieve(problem);
      if (kind === 1) return { ...good, after: NaN };
      const wrong = kind === 2 ? 64 : 1e9;
      const weights = problem.items.map(({ choices }) =>
        choices.map((_, i) => (i === 0 ? wrong : 0)),
      );
      return { ...good, weights, after: 0 };
    },
  };
}

const conflicts: Option = {
  name: 'conflicting-intents',
  rows: [14],
  description: 'Several ask at the same moment for what cannot be had together.',
  arm(plant, random, safetyMs) {
    for (const { fromMs } of windows(random, safetyMs - 20_000, { least: 1, most: 3 }, NONE)) {
      const lastsMs = 5_000 + random.below(15_000);
      const { spines } = plant.fabric;
      const leaf = oneOf(random, LEAVES);
      const to = oneOf(
        random,
        LEAVES.filter((name) => name !== leaf),
      );
      plant.at(fromMs, () => {
        plant.fired(this.name, `${spines.join(' ')} ${leaf}`);
        for (const spine of spines)
          plant.ask({
            verb: 'put-intent',
            by: 'bob',
            dryRun: false,
            intent: {
              kind: 'Drain',
              name: `all-${spine}`,
              labels: {},
              priority: 100,
              spec: { device: spine },
            },
          });
        for (const spine of spines) proposeOnto(plant, leaf, to, spine);
      });
      plant.at(fromMs + lastsMs, () => {
        for (const spine of spines)
          plant.ask({ verb: 'delete-intent', id: `Drain/all-${spine}`, dryRun: false, by: 'bob' });
      });
    }
  },
};

/** Somebody asks for most of the traffic of a route onto one spine. */
function proposeOnto(plant: Plant, leaf: string, to: string, spine: string): void {
  const weights = plant.fabric.spines.map((one) => [one, one === spine ? 6 : 1]);
  const route = {
    device: deviceId(leaf),
    prefix: prefixOf(to),
    weights: Object.fromEntries(weights) as Record<string, number>,
  };
  plant.ask({
    verb: 'propose',
    action: { type: 'reroute', routes: [route] },
    objectiveId: null,
    planHash: null,
    dryRun: false,
    by: `friend-of-${spine}`,
  });
}

const TRAP_MS = 90;
/** A proposal is on the switches by then, and not yet judged. */
const UNTIL_IN_FORCE_MS = 1_000;

const harms: Option = {
  name: 'proposal-harms',
  rows: [43],
  description:
    'Somebody asks for new weights, and the way that they lead over is bad from then on.',
  arm(plant, random, safetyMs) {
    for (const { fromMs } of windows(random, safetyMs - 30_000, { least: 1, most: 3 }, NONE)) {
      const { from, to } = oneOf(random, plant.traffic.flows);
      const via = oneOf(random, plant.fabric.spines);
      plant.at(fromMs, () => {
        proposeOnto(plant, from, to, via);
      });
      const window = { fromMs: fromMs + UNTIL_IN_FORCE_MS, toMs: fromMs + 30_000 };
      during(plant, window, () => {
        plant.fired(this.name, `${from}:${via}`);
        plant.setTrouble(`${from}:${via}`, { hiddenMs: TRAP_MS });
        return () => {
          plant.setTrouble(`${from}:${via}`, { hiddenMs: 0 });
        };
      });
    }
  },
};

const drainsAll: Option & { forge(plant: Plant, random: Random): void } = {
  name: 'plan-drains-everything',
  rows: [13],
  description: 'The journal holds a plan that some validator let pass, and that cuts off leaves.',
  arm(plant, random, safetyMs) {
    for (const { fromMs } of windows(random, safetyMs, { least: 1, most: 2 }, NONE))
      plant.at(fromMs, () => {
        if (plant.disk.store.length < 10) return;
        for (const process of plant.processes) process.crash('killed');
        // What they had under way on the disk has ended before anybody starts again.
        plant.time.after(20, () => {
          this.forge(plant, random);
        });
      });
  },
  forge(plant, random) {
    const change = forged(plant, random, plant.disk.changesProposed + 1);
    const { id } = change;
    plant.fired(this.name, id);
    plant.disk.write('forger', plant.disk.lastEpoch(), plant.time.wallMs(), [
      { kind: 'change-proposed', change },
      {
        kind: 'change-transition',
        id,
        from: 'proposed',
        to: 'validated',
        reason: 'all checks passed',
        times: {},
      },
    ]);
    plant.devices.watch((asked) => {
      if (asked.call === 'set' && asked.changeId === id)
        plant.bug('I6', `${id} drains everything, and was sent to ${asked.device}`);
    });
  },
};

/** A change whose plan takes every next hop of every route off some leaves. */
function forged(plant: Plant, random: Random, number: number): Change {
  const count = 1 + random.below(LEAVES.length);
  const diffs = LEAVES.slice(0, count).map((leaf) => withoutWays(plant, leaf));
  const devices = diffs.map(({ device }) => device);
  const routes = devices.flatMap((device) =>
    LEAVES.filter((leaf) => leaf !== device).map((leaf) => ({
      device,
      prefix: prefixOf(leaf),
      weights: Object.fromEntries(plant.fabric.spines.map((spine) => [spine, 0])),
    })),
  );
  const nowMs = plant.time.wallMs();
  const action = { type: 'reroute', routes } as const;
  const topologyRevision = plant.fabric.topology.revision;
  const baseHash = digest(diffs.map(baseText).join('\n'));
  const hash = digest(canonicalJson({ diffs, baseHash, topologyRevision, action }));
  const untouched = {
    progress: 'untouched',
    preImage: null,
    commitConfirmed: false,
    commitId: '',
    lastVerb: null,
    attempts: 0,
    lastError: '',
  } as const;
  return {
    id: changeId(`chg-${number}`),
    origin: 'operator',
    rule: null,
    incident: null,
    intent: null,
    objectiveId: null,
    action,
    mode: 'auto',
    plan: {
      formatVersion: 1,
      hash,
      baseHash,
      topologyRevision,
      stages: [devices],
      diffs,
      inverse: diffs.map(inverseOf),
      predicted: {
        gainRatio: -0.5,
        uncertaintyRatio: 0.1,
        maxUtilizationBefore: 0.9,
        maxUtilizationAfter: 0.1,
        explanation: 'nothing is loaded any more',
      },
      disruption: 'flows-move',
      touches: { links: [], prefixes: [], workloads: [] },
      checks: [{ name: 'forwarding', passed: true, code: null, detail: '' }],
      risk: { level: 'low', reasons: [] },
    },
    verify: plant.policy.verify,
    state: 'proposed',
    reason: 'proposed by a validator of yesterday',
    createdMs: nowMs,
    updatedMs: nowMs,
    expiresMs: nowMs + plant.policy.planTtlMs,
    deadlineMs: null,
    leaseUntilMs: null,
    times: {},
    devices: Object.fromEntries(devices.map((device) => [device, untouched])),
    verdict: null,
    approvedBy: null,
    cause: null,
  };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const baseText = ({ device, leaves }: DeviceDiff): string =>
  `${device}\n${leavesText(leaves.map(({ path, before }) => ({ path, value: before })))}`;

function withoutWays(plant: Plant, leaf: string): DeviceDiff {
  const device = deviceId(leaf);
  const leaves: LeafDiff[] = [...plant.devices.imageOf(device)]
    .filter(([path]) => path.includes('/next-hops/'))
    .map(([path, before]) => ({ path, before, after: null }));
  return { device, leaves };
}

export const DECISION_FAULTS: readonly Option[] = [solver, conflicts, harms, drainsAll];
