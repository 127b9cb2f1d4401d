import type { Random } from '@weir/core/base';
import { objective, OBJECTIVE, type EnduranceStage } from './stage';

/** What an event leaves behind: how it is put right again, and after how long. */
interface Left {
  readonly afterMs: number;
  readonly undo: () => Promise<unknown>;
}

export type EventKind = (typeof KINDS)[number]['kind'];
type Make = (stage: EnduranceStage, random: Random) => Promise<Left | null>;

const one = <T>(random: Random, all: readonly T[]): T => {
  const found = all[random.below(all.length)];
  if (found === undefined) throw new RangeError('nothing to choose from');
  return found;
};
const between = (random: Random, from: number, to: number): number =>
  from + random.below(to - from);

const linkOf = (stage: EnduranceStage, random: Random): string => {
  const { a, b } = one(random, stage.topology.links);
  return encodeURIComponent(`${a}--${b}`);
};

async function linkFault(stage: EnduranceStage, random: Random): Promise<Left> {
  const link = linkOf(stage, random);
  const fault = one(random, [{ up: false }, { capacityRatio: 0.25 }, { grayLossRatio: 0.01 }]);
  await stage.control('PUT', `/links/${link}/fault`, fault);
  const undo = () => stage.control('DELETE', `/links/${link}/fault`);
  return { afterMs: between(random, 1_000, 10_000), undo };
}

async function flap(stage: EnduranceStage, random: Random): Promise<null> {
  const link = linkOf(stage, random);
  for (let times = 0; times < 4; times++) {
    await stage.control('PUT', `/links/${link}/fault`, { up: false });
    await stage.control('DELETE', `/links/${link}/fault`);
  }
  return null;
}

const deviceFault =
  (fault: Readonly<Record<string, unknown>>, healthy: Readonly<Record<string, unknown>>): Make =>
  async (stage, random) => {
    const path = `/switches/${one(random, stage.devices)}/faults`;
    await stage.control('PUT', path, fault);
    return {
      afterMs: between(random, 1_000, 6_000),
      undo: () => stage.control('PUT', path, healthy),
    };
  };

async function reboot(stage: EnduranceStage, random: Random): Promise<Left> {
  const device = one(random, stage.devices);
  const back = stage.control('POST', `/switches/${device}/reboot`, {
    downMs: between(random, 200, 3_000),
  });
  return { afterMs: 0, undo: () => back };
}

/** Asked for at the daemon, which is right to refuse some of it and may be dead just now. */
async function propose(stage: EnduranceStage, random: Random): Promise<null> {
  const { prefix } = stage.target;
  const eth1 = between(random, 8, 56);
  const device = one(random, stage.senders);
  const routes = [{ device, prefix, weights: { eth1, eth2: 64 - eth1 } }];
  stage.workload.latencyMs = one(random, [25, 100, 350]);
  await stage.daemon.attempt('POST', '/v1/changes', {
    action: { type: 'reroute', routes },
    objectiveId: OBJECTIVE,
  });
  return null;
}

async function intentPut(stage: EnduranceStage, random: Random): Promise<null> {
  const { endpoints } = stage.topology;
  const name = `extra-${random.below(5)}`;
  const [from, to] = [one(random, endpoints).name, one(random, endpoints).name];
  await stage.daemon.attempt(
    'PUT',
    `/v1/intents/LatencyObjective/${name}`,
    objective(name, from, to),
  );
  return null;
}

async function intentDeleted(stage: EnduranceStage, random: Random): Promise<null> {
  await stage.daemon.attempt('DELETE', `/v1/intents/LatencyObjective/extra-${random.below(5)}`);
  return null;
}

async function freeze(stage: EnduranceStage, random: Random): Promise<Left> {
  await stage.daemon.attempt('POST', '/v1/freeze', { reason: 'endurance' });
  const undo = () => stage.daemon.attempt('POST', '/v1/unfreeze', {});
  return { afterMs: between(random, 500, 4_000), undo };
}

async function personEdits(stage: EnduranceStage, random: Random): Promise<null> {
  await stage.personSets(one(random, stage.senders), between(random, 8, 56));
  return null;
}

async function killed(stage: EnduranceStage): Promise<null> {
  await stage.killDaemon();
  return null;
}

/** What happens, and how often compared with the rest. */
export const KINDS = [
  { kind: 'link fault', weight: 24, make: linkFault },
  { kind: 'link flaps', weight: 8, make: flap },
  { kind: 'device restarts', weight: 8, make: reboot },
  { kind: 'device hangs', weight: 8, make: deviceFault({ hang: true }, { hang: false }) },
  { kind: 'telemetry stalls', weight: 8, make: deviceFault({ mute: true }, { mute: false }) },
  { kind: 'slow device', weight: 6, make: deviceFault({ slowMs: 800 }, { slowMs: 0 }) },
  { kind: 'proposal', weight: 22, make: propose },
  { kind: 'intent put', weight: 4, make: intentPut },
  { kind: 'intent deleted', weight: 4, make: intentDeleted },
  { kind: 'freeze', weight: 3, make: freeze },
  { kind: 'person edits', weight: 5, make: personEdits },
  { kind: 'daemon killed', weight: 2, make: killed },
] as const satisfies readonly { kind: string; weight: number; make: Make }[];

const TOTAL = KINDS.reduce((sum, { weight }) => sum + weight, 0);

/** One at random; `calm` leaves the daemon alive, so that its memory can be followed. */
export function drawEvent(random: Random, calm: boolean): (typeof KINDS)[number] {
  for (;;) {
    let at = random.below(TOTAL);
    const drawn = KINDS.find(({ weight }) => (at -= weight) < 0);
    if (drawn !== undefined && !(calm && drawn.kind === 'daemon killed')) return drawn;
  }
}
