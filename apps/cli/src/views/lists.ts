import type {
  ChangeView,
  DeviceView,
  IncidentView,
  IntentView,
  JournalRecordView,
  TopologyView,
} from '@weir/contracts';
import type { ListView } from '../output/printer';
import { age, capacity, millis, percent, time, valueText } from '../output/units';

export const intentName = (intent: IntentView): string =>
  `${intent.kind.toLowerCase()}/${intent.metadata.name}`;

/** Conditions that are true, or what is unknown or false when none is. */
function conditionsText(intent: IntentView): string {
  const conditions = intent.status?.conditions ?? [];
  if (conditions.length === 0) return 'unknown';
  const marks = { true: '', false: '!', unknown: '?' } as const;
  return conditions.map(({ type, status }) => `${marks[status]}${type}`).join(' ');
}

export const intentList = (nowMs: number): ListView<IntentView> => ({
  resource: 'intent',
  name: (intent) => `${intent.kind}/${intent.metadata.name}`,
  columns: [
    { title: 'kind', text: (intent) => intent.kind },
    { title: 'name', text: (intent) => intent.metadata.name },
    { title: 'priority', text: (intent) => String(intent.priority) },
    { title: 'conditions', text: conditionsText },
    { title: 'age', text: (intent) => age(intent.metadata.createdMs, nowMs) },
    { title: 'generation', wide: true, text: (intent) => String(intent.metadata.generation) },
    {
      title: 'labels',
      wide: true,
      text: ({ metadata }) =>
        Object.entries(metadata.labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
    },
  ],
});

export const changeList = (nowMs: number): ListView<ChangeView> => ({
  resource: 'change',
  name: (change) => change.id,
  columns: [
    { title: 'id', text: (change) => change.id },
    { title: 'action', text: (change) => change.action.type },
    { title: 'origin', text: (change) => change.rule ?? change.intent ?? change.origin },
    { title: 'state', text: (change) => change.state },
    { title: 'verdict', text: (change) => change.verdict?.verdict ?? '' },
    { title: 'risk', text: (change) => change.plan.risk.level },
    { title: 'devices', text: (change) => String(change.plan.diffs.length) },
    { title: 'age', text: (change) => age(change.createdMs, nowMs) },
    { title: 'mode', wide: true, text: (change) => change.mode },
    { title: 'cause', wide: true, text: (change) => change.cause ?? '' },
    { title: 'incident', wide: true, text: (change) => change.incident ?? '' },
    { title: 'reason', wide: true, text: (change) => change.reason },
  ],
});

const causeText = (
  cause: { readonly name: string; readonly probability?: number | undefined } | undefined,
): string =>
  cause === undefined
    ? ''
    : cause.probability === undefined
      ? cause.name
      : `${cause.name} ${(cause.probability * 100).toFixed(0)} %`;

export const incidentList = (nowMs: number): ListView<IncidentView> => ({
  resource: 'incident',
  name: (incident) => incident.id,
  columns: [
    { title: 'id', text: (incident) => incident.id },
    { title: 'objective', text: (incident) => incident.objectiveId },
    { title: 'state', text: (incident) => incident.state },
    { title: 'cause', text: (incident) => causeText(incident.diagnosis?.causes[0]) },
    { title: 'rule', text: (incident) => incident.rule ?? '' },
    { title: 'changes', text: (incident) => incident.changes.join(',') },
    { title: 'age', text: (incident) => age(incident.detectedMs, nowMs) },
    { title: 'at', wide: true, text: (incident) => incident.diagnosis?.causes[0]?.at ?? '' },
    { title: 'note', wide: true, text: (incident) => incident.note },
  ],
});

const yesNo = (value: boolean | null | undefined): string =>
  value === null || value === undefined ? 'unknown' : value ? 'yes' : 'no';

export const deviceList = (): ListView<DeviceView> => ({
  resource: 'device',
  name: (device) => device.name,
  columns: [
    { title: 'name', text: (device) => device.name },
    { title: 'role', text: (device) => device.role },
    { title: 'group', text: (device) => device.group },
    { title: 'session', text: (device) => device.status?.session ?? 'unknown' },
    { title: 'fenced', text: (device) => yesNo(device.status?.fenced) },
    { title: 'commit-confirmed', text: (device) => yesNo(device.status?.commitConfirmed) },
    { title: 'open-change', text: (device) => device.status?.openChange ?? '' },
    { title: 'address', wide: true, text: (device) => device.address },
    { title: 'profile', wide: true, text: (device) => device.profile },
    { title: 'interfaces', wide: true, text: (device) => String(device.interfaces.length) },
    {
      title: 'data-age',
      wide: true,
      text: ({ status }) => millis(status?.ageMs ?? null),
    },
  ],
});

type LinkView = TopologyView['links'][number];
export const linkList = (): ListView<LinkView> => ({
  resource: 'link',
  name: (link) => link.id,
  columns: [
    { title: 'a', text: (link) => link.a },
    { title: 'b', text: (link) => link.b },
    { title: 'capacity', text: (link) => capacity(link.capacityBps) },
    { title: 'id', wide: true, text: (link) => link.id },
  ],
});

/** The fields of a record that say what it is about, without its large parts. */
export function recordSubject(record: JournalRecordView): string {
  const { kind: _, ...fields } = record.body;
  return Object.entries(fields)
    .flatMap(([key, value]) => {
      if (value === null || value === '') return [];
      if (typeof value !== 'object') return [`${key}=${valueText(value)}`];
      return 'id' in value ? [`${key}=${valueText(value.id)}`] : [];
    })
    .join(' ');
}

export const journalList = (): ListView<JournalRecordView> => ({
  resource: 'record',
  name: (record) => String(record.sequence),
  columns: [
    { title: 'sequence', text: (record) => String(record.sequence) },
    { title: 'time', text: (record) => time(record.atMs) },
    { title: 'epoch', text: (record) => String(record.epoch) },
    { title: 'kind', text: (record) => record.body.kind },
    { title: 'about', text: recordSubject },
    { title: 'hash', wide: true, text: (record) => record.hash },
  ],
});

interface HotChannel {
  readonly channel: string;
  readonly utilizationRatio: number;
  readonly lossRatio: number | null;
}
export const hotChannels: ListView<HotChannel> = {
  resource: 'channel',
  name: (hot) => hot.channel,
  columns: [
    { title: 'channel', text: (hot) => hot.channel },
    { title: 'utilization', text: (hot) => percent(hot.utilizationRatio) },
    { title: 'loss', text: (hot) => percent(hot.lossRatio, 3) },
  ],
};
