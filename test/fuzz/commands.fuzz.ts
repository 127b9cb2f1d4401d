import fc from 'fast-check';
import { checkCommand } from '../../apps/controller/src/engine/check-command';
import { World } from '../loop/world';
import { judged } from './files.fuzz';
import { errorText, nothingToClose, Violation, type Door, type OpenDoor } from './driver';
import { jsonTextOf, mutatedDocument } from './inputs';

const by = 'ann';
const SPEC = {
  workloads: ['chat'],
  class: 'real-time-inference',
  quantile: 0.95,
  thresholdMs: 100,
  targetRatio: 0.999,
  flows: [{ sources: ['l1'], destinations: ['l2'] }],
};
const COMMANDS: readonly object[] = [
  {
    verb: 'put-intent',
    intent: { kind: 'LatencyObjective', name: 'chat', labels: {}, priority: 100, spec: SPEC },
    dryRun: false,
    by,
  },
  {
    verb: 'put-intent',
    intent: {
      kind: 'Drain',
      name: 'd',
      labels: {},
      priority: 1,
      spec: { link: 'l1:s1', reason: 'x' },
    },
    dryRun: true,
    by,
  },
  { verb: 'delete-intent', id: 'LatencyObjective/chat', dryRun: false, by },
  {
    verb: 'propose',
    action: {
      type: 'reroute',
      routes: [{ device: 'l1', prefix: '10.0.2.0/24', weights: { s1: 1, s2: 63 } }],
    },
    objectiveId: null,
    planHash: null,
    dryRun: true,
    by,
  },
  {
    verb: 'propose',
    action: {
      type: 'buffer',
      settings: [{ device: 'l1', interface: 's1', queue: 'rt', scalingFactor: 1 }],
    },
    objectiveId: 'LatencyObjective/chat',
    planHash: null,
    dryRun: true,
    by,
  },
  {
    verb: 'propose',
    action: {
      type: 'scheduler',
      settings: [{ device: 'l1', interface: 's1', queue: 'rt', weight: 4 }],
    },
    objectiveId: null,
    planHash: null,
    dryRun: true,
    by,
  },
  {
    verb: 'propose',
    action: {
      type: 'sr-policy',
      policies: [
        {
          ...{ device: 'l1', color: 100, endpoint: '10.255.0.2', preference: 200 },
          segmentLists: [{ weight: 1, segments: [16001] }],
        },
      ],
    },
    objectiveId: null,
    planHash: null,
    dryRun: true,
    by,
  },
  { verb: 'approve', changeId: 'chg-1', planHash: '0123456789abcdef', by, reason: '' },
  { verb: 'reject', changeId: 'chg-1', by, reason: 'x' },
  { verb: 'undo', changeId: 'chg-1', dryRun: true, by },
  { verb: 'freeze', by, reason: 'x' },
  { verb: 'unfreeze', by },
  { verb: 'set-mode', scope: 'rule', name: 'reroute', mode: 'suggest', by },
  { verb: 'reset-learning', cause: 'incast', action: null, by },
  {
    verb: 'import-learning',
    entries: [
      {
        ...{ cause: 'incast', action: 'ecn', context: 'training/leaf' },
        ...{ helped: 0.5, failed: 2, atMs: 1_000, verdicts: 3 },
      },
    ],
    by,
  },
  { verb: 'unfence', device: 'l1', by },
  { verb: 'status' },
];

/** Commands after which the world begins anew: its journal is in memory and keeps all of them. */
const RENEW_EVERY = 300;

async function open(): Promise<OpenDoor<string>> {
  let world = await new World({}).start();
  let fed = 0;
  const feed = async (text: string): Promise<string> => {
    if (fed++ % RENEW_EVERY === 0) world = await new World({}).start();
    let given: unknown;
    try {
      given = JSON.parse(text);
    } catch {
      // No JSON: the bus passes such a message over.
      return 'no JSON';
    }
    const command = checkCommand(given);
    if (!command.ok) return judged(command, ['request-invalid']);
    const result = await world.engine.command(command.value);
    await world.run(200);
    if (world.fatal !== null && world.fatal !== undefined)
      throw new Violation(`the engine failed: ${errorText(world.fatal)}`);
    if (result.ok) return `${command.value.verb} taken`;
    if (result.error.code === 'internal') throw new Violation(result.error.reason);
    return result.error.code;
  };
  const good = async (): Promise<void> => {
    const outcome = await feed(JSON.stringify({ verb: 'status' }));
    if (outcome !== 'status taken') throw new Violation(outcome);
  };
  return { feed, good, close: nothingToClose };
}

/** Commands on the bus, as the engine takes them: checked, then carried out by the real loop. */
export const commandsDoor: Door<string> = {
  name: 'commands',
  about: 'commands that reach the engine over the bus',
  input: mutatedDocument(fc.constantFrom(...COMMANDS)).map(jsonTextOf),
  open,
};
