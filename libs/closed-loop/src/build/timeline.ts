import type { ScenarioDocument, ScenarioEvent } from '@weir/contracts';
import { ok, type Result } from '@weir/core/base';
import type { Topology } from '@weir/core/model';
import type { ChannelFault, FabricSpec, JobSpec } from '@weir/sim';
import { buildIntent, type BuiltIntent } from './intents';
import type { BuiltJob } from './jobs';
import { endAt, findLink } from './links';
import { matching } from './pattern';
import { mistake, unknownName } from './refusals';
import { buildSettings, type SettingStep } from './settings';

export type TelemetryFault = 'silent' | 'frozen' | 'wrong' | 'none';
export type SouthboundFault = 'unreachable' | 'rejects' | 'none';

/** What happens, with all names resolved. */
export type TimelineAction =
  | {
      readonly kind: 'link';
      readonly link: string;
      /** Port that the faulty direction leaves; undefined: both directions. */
      readonly from: string | undefined;
      readonly fault: Partial<ChannelFault>;
    }
  | { readonly kind: 'switch'; readonly device: string; readonly up: boolean }
  | { readonly kind: 'start'; readonly job: JobSpec }
  | { readonly kind: 'stop'; readonly name: string }
  | { readonly kind: 'scale'; readonly name: string; readonly scale: number }
  | { readonly kind: 'settings'; readonly steps: readonly SettingStep[] }
  | {
      readonly kind: 'telemetry';
      readonly devices: readonly string[];
      readonly fault: TelemetryFault;
      readonly factor: number;
    }
  | {
      readonly kind: 'southbound';
      readonly devices: readonly string[];
      readonly fault: SouthboundFault;
    }
  | { readonly kind: 'intent'; readonly intent: BuiltIntent }
  | { readonly kind: 'delete-intent'; readonly id: string };

export interface TimelineEntry {
  readonly atMs: number;
  /** For people. */
  readonly text: string;
  readonly action: TimelineAction;
}

interface Context {
  readonly spec: FabricSpec;
  readonly topology: Topology;
  readonly jobs: readonly BuiltJob[];
}

const HEALTHY: ChannelFault = {
  up: true,
  capacityRatio: 1,
  grayLossRatio: 0,
  errorsCounted: false,
};

/** All that happens by itself in a run, in order of time; flaps and reboots spelled out. */
export function buildTimeline(
  { events, durationMs }: ScenarioDocument['spec'],
  context: Context,
): Result<TimelineEntry[]> {
  const entries: TimelineEntry[] = [];
  for (const [i, event] of events.entries()) {
    const built = entriesOf(event, context, `spec.events[${i}]`);
    if (!built.ok) return built;
    entries.push(...built.value);
  }
  // Stable: what the file lists first at one moment happens first.
  return ok(entries.filter((entry) => entry.atMs <= durationMs).sort((a, b) => a.atMs - b.atMs));
}

function entriesOf(event: ScenarioEvent, context: Context, where: string): Result<TimelineEntry[]> {
  const at = (atMs: number, text: string, action: TimelineAction): TimelineEntry => ({
    atMs,
    text: event.note === '' ? text : `${event.note} (${text})`,
    action,
  });
  const one = (text: string, action: TimelineAction): Result<TimelineEntry[]> =>
    ok([at(event.atMs, text, action)]);
  if (event.linkFault ?? event.linkRestore ?? event.flap)
    return linkEntries(event, context.spec, where, at);
  if (event.switchDown ?? event.switchUp ?? event.reboot)
    return switchEntries(event, context.spec, where, at);
  if (event.startWorkload ?? event.stopWorkload ?? event.scaleWorkload)
    return workloadEntries(event, context.jobs, where, one);
  if (event.settings !== undefined) {
    const steps = buildSettings(event.settings, context.spec, `${where}.settings`);
    if (!steps.ok) return steps;
    const devices = [...new Set(steps.value.map((step) => step.device))];
    return one(`${few(devices)} configured`, { kind: 'settings', steps: steps.value });
  }
  if (event.telemetry ?? event.southbound) return faultEntries(event, context.spec, where, one);
  if (event.intent !== undefined) {
    const intent = buildIntent(event.intent, context.topology, context.jobs, `${where}.intent`);
    return intent.ok
      ? one(`intent ${intent.value.id}`, { kind: 'intent', intent: intent.value })
      : intent;
  }
  const id = event.deleteIntent ?? '';
  return one(`intent ${id} deleted`, { kind: 'delete-intent', id });
}

type At = (atMs: number, text: string, action: TimelineAction) => TimelineEntry;
type One = (text: string, action: TimelineAction) => Result<TimelineEntry[]>;

function linkEntries(
  event: ScenarioEvent,
  spec: FabricSpec,
  where: string,
  at: At,
): Result<TimelineEntry[]> {
  const { linkFault, linkRestore, flap, atMs } = event;
  const field = linkFault ? 'linkFault' : linkRestore ? 'linkRestore' : 'flap';
  const link = findLink(
    (linkFault ?? linkRestore ?? flap)?.link ?? '',
    spec,
    `${where}.${field}.link`,
  );
  if (!link.ok) return link;
  const faulty = (fault: Partial<ChannelFault>, from?: string): TimelineAction => ({
    kind: 'link',
    link: link.value,
    from,
    fault,
  });
  if (linkRestore) return ok([at(atMs, `${link.value} is healthy again`, faulty(HEALTHY))]);
  if (flap) {
    const entries = Array.from({ length: flap.times }, (_, i) => {
      const downMs = atMs + i * flap.periodMs;
      return [
        at(downMs, `${link.value} goes down`, faulty({ up: false })),
        at(downMs + flap.downMs, `${link.value} comes back`, faulty({ up: true })),
      ];
    });
    return ok(entries.flat());
  }
  const { from, up, capacityRatio, grayLossRatio, errorsCounted } = linkFault ?? {};
  const port = from === undefined ? undefined : endAt(link.value, from);
  if (from !== undefined && port === undefined)
    return mistake(`${where}.linkFault.from`, `${from} is no end of ${link.value}`);
  const fault: Partial<ChannelFault> = {
    ...(up === undefined ? {} : { up }),
    ...(capacityRatio === undefined ? {} : { capacityRatio }),
    ...(grayLossRatio === undefined ? {} : { grayLossRatio }),
    ...(errorsCounted === undefined ? {} : { errorsCounted }),
  };
  const words = [
    ...(up === undefined ? [] : [up ? 'comes up' : 'goes down']),
    ...(capacityRatio === undefined ? [] : [`works at ${capacityRatio * 100} % of its rate`]),
    ...(grayLossRatio === undefined
      ? []
      : [`loses ${grayLossRatio * 100} %${errorsCounted === true ? '' : ' silently'}`]),
  ];
  const side = from === undefined ? '' : ` from ${from}`;
  return ok([at(atMs, `${link.value}${side} ${words.join(', ')}`, faulty(fault, port))]);
}

function switchEntries(
  event: ScenarioEvent,
  spec: FabricSpec,
  where: string,
  at: At,
): Result<TimelineEntry[]> {
  const { switchDown, switchUp, reboot, atMs } = event;
  const field = switchDown ? 'switchDown' : switchUp ? 'switchUp' : 'reboot';
  const device = (switchDown ?? switchUp ?? reboot)?.device ?? '';
  const names = spec.switches.map((entry) => entry.name);
  if (!names.includes(device))
    return unknownName(`${where}.${field}.device`, 'switch', device, names);
  const down = at(atMs, `${device} goes down`, { kind: 'switch', device, up: false });
  if (switchDown) return ok([down]);
  const up = (ms: number) => at(ms, `${device} is back`, { kind: 'switch', device, up: true });
  return ok(reboot ? [down, up(atMs + reboot.downMs)] : [up(atMs)]);
}

function workloadEntries(
  event: ScenarioEvent,
  jobs: readonly BuiltJob[],
  where: string,
  one: One,
): Result<TimelineEntry[]> {
  const { startWorkload, stopWorkload, scaleWorkload } = event;
  const field = startWorkload ? 'startWorkload' : stopWorkload ? 'stopWorkload' : 'scaleWorkload';
  const name = (startWorkload ?? stopWorkload ?? scaleWorkload)?.name ?? '';
  const job = jobs.find((known) => known.spec.name === name);
  if (job === undefined) {
    const names = jobs.map((known) => known.spec.name);
    return unknownName(`${where}.${field}.name`, 'workload', name, names);
  }
  if (startWorkload) {
    const { as } = startWorkload;
    if (as === undefined) return one(`${name} starts`, { kind: 'start', job: job.spec });
    return one(`${name} goes on as ${as}`, { kind: 'start', job: { ...job.spec, name: as } });
  }
  if (stopWorkload) return one(`${name} stops`, { kind: 'stop', name });
  const scale = scaleWorkload?.scale ?? 1;
  return one(`${name} at ${scale} times its load`, { kind: 'scale', name, scale });
}

function faultEntries(
  event: ScenarioEvent,
  spec: FabricSpec,
  where: string,
  one: One,
): Result<TimelineEntry[]> {
  const { telemetry, southbound } = event;
  const names = spec.switches.map((entry) => entry.name);
  const pattern = (telemetry ?? southbound)?.device ?? '';
  const devices = matching(pattern, names);
  if (devices.length === 0) {
    const field = telemetry ? 'telemetry' : 'southbound';
    return unknownName(`${where}.${field}.device`, 'switch', pattern, names);
  }
  if (telemetry !== undefined) {
    const { fault, factor = 1 } = telemetry;
    const what = fault === 'wrong' ? `wrong by a factor of ${factor}` : fault;
    const text = `telemetry of ${few(devices)}: ${what}`;
    return one(text, { kind: 'telemetry', devices, fault, factor });
  }
  const fault = southbound?.fault ?? 'none';
  return one(`configuration of ${few(devices)}: ${fault}`, { kind: 'southbound', devices, fault });
}

const few = (names: readonly string[]): string =>
  names.length > 3 ? `${names.length} switches` : names.join(', ');
