import { seededRandom } from '@weir/core/base';
import { judge, journalHolds, type Check } from './checks';
import { drawEvent, type EventKind } from './events';
import { trendOf, type Trend } from './memory';
import { linksOf, switchesOf, type EnduranceOptions } from './options';
import { EnduranceStage } from './stage';

export interface EnduranceReport {
  readonly seed: number;
  readonly switches: number;
  readonly links: number;
  readonly flows: number;
  readonly minutes: number;
  readonly events: Readonly<Partial<Record<EventKind, number>>>;
  readonly eventCount: number;
  readonly kills: number;
  readonly changes: Readonly<Record<string, number>>;
  readonly memory: Trend;
  readonly checks: readonly Check[];
  readonly failed: number;
}

/** No kill in the last part of the run, so that one life is long enough to judge its memory. */
const CALM_FROM = 0.4;
const READ_EVERY_MS = 1_000;
const LOOK_MS = 50;

/** Lives through one run from its seed; `say` gets a line per event. */
export async function endure(
  options: EnduranceOptions,
  say: (line: string) => void,
): Promise<EnduranceReport> {
  const stage = await EnduranceStage.start(options);
  try {
    const events = await happen(stage, say);
    say('all faults are taken away');
    const checks = [...(await judge(stage, () => trendOf(stage.lives)))];
    const changes = countBy((await stage.daemon.changes()).map(({ state }) => state));
    await stage.daemon.program.stop();
    checks.push(await journalHolds(stage));
    return {
      seed: options.seed,
      switches: switchesOf(options),
      links: linksOf(options),
      flows: options.flows,
      minutes: options.minutes,
      events,
      eventCount: options.events,
      kills: stage.kills,
      changes,
      memory: trendOf(stage.lives),
      checks,
      failed: checks.filter(({ ok }) => !ok).length,
    };
  } finally {
    await stage.stop();
  }
}

/** All events at the times that the seed gives; faults end after a while, and all at the end. */
async function happen(
  stage: EnduranceStage,
  say: (line: string) => void,
): Promise<Partial<Record<EventKind, number>>> {
  const { events, minutes, seed } = stage.options;
  const random = seededRandom(seed).fork('events');
  const spanMs = minutes * 60_000;
  const times = Array.from({ length: events }, () => random.next() * spanMs).sort((a, b) => a - b);
  const startMs = performance.now();
  const open: { readonly atMs: number; readonly undo: () => Promise<unknown> }[] = [];
  const drawn: EventKind[] = [];
  let readMs = -Infinity;
  for (;;) {
    const nowMs = performance.now() - startMs;
    for (const left of open.filter(({ atMs }) => atMs <= nowMs)) {
      open.splice(open.indexOf(left), 1);
      await left.undo();
    }
    if (nowMs - readMs >= READ_EVERY_MS) {
      readMs = nowMs;
      await stage.readMemory(nowMs);
    }
    const nextMs = times[drawn.length];
    if (nextMs === undefined && nowMs >= spanMs) break;
    if (nextMs !== undefined && nextMs <= nowMs) {
      const event = drawEvent(random, nowMs > CALM_FROM * spanMs);
      drawn.push(event.kind);
      say(`${(nowMs / 1_000).toFixed(1)} s: ${event.kind}`);
      const left = await event.make(stage, random);
      if (left !== null) open.push({ atMs: nowMs + left.afterMs, undo: left.undo });
    } else await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  for (const left of open) await left.undo();
  return countBy(drawn);
}

function countBy<K extends string>(
  names: readonly K[],
): Partial<Record<K, number>> & Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts as Partial<Record<K, number>> & Record<string, number>;
}
