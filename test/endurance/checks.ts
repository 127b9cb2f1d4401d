import { isEnded, type ChangeView } from '../e2e/harness/daemon';
import { Program } from '../e2e/harness/program';
import type { EnduranceStage } from './stage';
import type { Trend } from './memory';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
}

/** Growth of the least heap from the first to the last quarter of the longest life. */
const MAX_GROWTH_MIB = 24;
const MAX_RESIDENT_MIB = 700;
/** One for telemetry, one for the writer; the old one of either may just be going. */
const MAX_CONNECTIONS = 4;
const FLOW_SHARE = 0.5;
const FLOW_BPS = 20_000_000;
const FLOW_WAIT_MS = 4_000;
const TERMINAL_MS = 180_000;

interface SwitchView {
  readonly name: string;
  readonly connections: number;
  readonly pendingCommit: string | null;
}
type Totals = Readonly<Record<string, { readonly bytes: number }>>;
interface StatusView {
  readonly phase: string;
  readonly holdReason: string;
  readonly devices: readonly {
    readonly device: string;
    readonly session: string;
    readonly fenced: boolean;
    readonly openChange: string | null;
  }[];
}
type Change = ChangeView & {
  readonly leaseUntilMs: number | null;
  readonly updatedMs: number;
  readonly devices: Readonly<Record<string, { readonly progress: string }>>;
};

const list = (names: readonly string[]): string =>
  names.length === 0 ? 'none' : `${names.length}: ${names.slice(0, 5).join(', ')}`;
const none = (name: string, wrong: readonly string[]): Check => ({
  name,
  ok: wrong.length === 0,
  found: list(wrong),
});

/** After all faults were taken away: waits until the daemon has caught up, then looks at it all. */
export async function judge(stage: EnduranceStage, trend: () => Trend): Promise<readonly Check[]> {
  const { daemon } = stage;
  const status = async (): Promise<StatusView | null> =>
    ((await daemon.attempt('GET', '/v1/status'))?.body as StatusView | undefined) ?? null;
  const caughtUp = await daemon.program
    .until(
      'the loop runs, no change is open',
      async () => {
        const now = await status();
        const open = (await daemon.changes()).filter((change) => !isEnded(change));
        return (
          open.length === 0 &&
          now?.phase === 'running' &&
          now.devices.every(({ session }) => session === 'synced')
        );
      },
      TERMINAL_MS,
    )
    .then(() => '', String);
  const now = await status();
  const changes = (await daemon.changes()) as readonly Change[];
  const switches = (await stage.control('GET', '/switches')) as readonly SwitchView[];
  const verified = (await daemon.request('GET', '/v1/journal/verify')).body as { chain: string };
  const open = changes
    .filter((change) => !isEnded(change))
    .map(({ id, state }) => `${id} ${state}`);
  const unsynced = now?.devices.filter(({ session }) => session !== 'synced') ?? [];
  return [
    { name: 'the loop runs again', ok: caughtUp === '', found: now?.phase ?? 'no answer' },
    none('changes that have not ended', open),
    none('changes with a device in an unknown state', inUnknown(changes)),
    none(
      'devices that are not in sync',
      unsynced.map(({ device }) => device),
    ),
    none(
      'commits that wait on a device',
      named(switches, ({ pendingCommit }) => pendingCommit !== null),
    ),
    none('leases of changes that are not kept', leakedLeases(changes)),
    none(
      'devices with leaked connections',
      named(switches, (one) => one.connections > MAX_CONNECTIONS),
    ),
    none('devices that hold what the status does not say', await disagreeing(stage, changes)),
    { name: 'the chain of the journal', ok: verified.chain === 'ok', found: verified.chain },
    await everyFlow(stage),
    ...memory(trend()),
  ];
}

const named = (switches: readonly SwitchView[], wrong: (one: SwitchView) => boolean): string[] =>
  switches.filter(wrong).map(({ name, connections }) => `${name} (${connections})`);

const inUnknown = (changes: readonly Change[]): string[] =>
  changes
    .filter((change) => change.state !== 'stuck')
    .filter(({ devices }) => Object.values(devices).some(({ progress }) => progress === 'unknown'))
    .map(({ id, state }) => `${id} ${state}`);

const leakedLeases = (changes: readonly Change[]): string[] =>
  changes
    .filter(({ state, leaseUntilMs }) => state !== 'confirmed' && leaseUntilMs !== null)
    .map(({ id }) => id);

/** What the daemon says it read from the devices last, against what they hold. */
async function disagreeing(
  stage: EnduranceStage,
  changes: readonly Change[],
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const device of stage.senders) {
    const mine = changes.filter((change) => change.devices[device] !== undefined);
    // The newest first; a person's edit, where one was made, is the other thing it may hold.
    const kept = mine.filter(({ state }) => state === 'confirmed');
    const allowed = new Set(stage.edits.get(device) ?? []);
    for (const change of kept) allowed.add(plannedWeight(change));
    allowed.add('32');
    const held = String((await stage.fabric.config(device))[stage.weightPath(1)]);
    if (!allowed.has(held)) wrong.push(`${device} holds ${held}, not ${[...allowed].join('|')}`);
  }
  return wrong;
}

function plannedWeight(change: Change): string {
  const { action } = change as unknown as {
    action: { routes: readonly { weights: { eth1: number } }[] };
  };
  return String(action.routes[0]?.weights.eth1);
}

/** Every flow has a path again, so every flow must move what it wants to. */
async function everyFlow(stage: EnduranceStage): Promise<Check> {
  const before = (await stage.control('GET', '/totals')) as Totals;
  const fromMs = ((await stage.control('GET', '/healthz')) as { timeMs: number }).timeMs;
  await new Promise((resolve) => setTimeout(resolve, FLOW_WAIT_MS));
  const after = (await stage.control('GET', '/totals')) as Totals;
  const toMs = ((await stage.control('GET', '/healthz')) as { timeMs: number }).timeMs;
  const wantedBytes = ((toMs - fromMs) / 1_000) * (FLOW_BPS / 8);
  const starved = Object.entries(after).filter(
    ([name, { bytes }]) => bytes - (before[name]?.bytes ?? 0) < FLOW_SHARE * wantedBytes,
  );
  const count = Object.keys(after).length;
  return {
    name: 'flows that get through',
    ok: starved.length === 0 && count === stage.options.flows,
    found: `${count - starved.length} of ${stage.options.flows}`,
  };
}

function memory(trend: Trend): readonly Check[] {
  const { heapFloorsMib, heapGrowthMib, residentMostMib, minutes, timersMost } = trend;
  return [
    {
      name: `heap floor grows by less than ${MAX_GROWTH_MIB} MiB`,
      ok: heapGrowthMib < MAX_GROWTH_MIB,
      found: `${heapFloorsMib.join(' -> ')} MiB in a life of ${minutes} min`,
    },
    {
      name: `resident memory stays below ${MAX_RESIDENT_MIB} MiB`,
      ok: residentMostMib < MAX_RESIDENT_MIB,
      found: `${residentMostMib} MiB at most, ${timersMost} timers`,
    },
  ];
}

/** The journal without a daemon, as anyone can check it. */
export async function journalHolds(stage: EnduranceStage): Promise<Check> {
  const verify = Program.start('cli', ['journal', 'verify', '--dir', stage.site.journal]);
  const { code } = await verify.exited;
  return {
    name: 'weir journal verify',
    ok: code === 0,
    found: verify.stdout.at(-1) ?? verify.stderr.at(-1) ?? '',
  };
}
