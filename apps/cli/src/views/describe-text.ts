import type {
  DeviceView,
  EngineStatusView,
  IncidentView,
  IntentView,
  PolicyView,
  TopologyView,
} from '@weir/contracts';
import { stringify } from 'yaml';
import type { Style } from '../output/style';
import { table } from '../output/table';
import { capacity, millis, percent, time, valueText } from '../output/units';
import { hotChannels } from './lists';

const indent = (text: string): string => text.trimEnd().replace(/^/gm, '  ');

export function intentText(intent: IntentView, style: Style): string {
  const conditions = intent.status?.conditions ?? [];
  const marks = { true: style.good('yes'), false: style.bad('no'), unknown: style.warn('unknown') };
  const figures = Object.entries(intent.status?.figures ?? {});
  return [
    `${style.strong(`${intent.kind}/${intent.metadata.name}`)}  priority ${intent.priority}, ` +
      `generation ${intent.metadata.generation}, since ${time(intent.metadata.createdMs)}`,
    style.strong('Spec'),
    indent(stringify(intent.spec)),
    style.strong('Status'),
    ...(conditions.length === 0 ? ['  unknown: the engine has not judged it yet'] : []),
    ...conditions.map(
      ({ type, status, reason, message }) =>
        `  ${type}: ${marks[status]} (${reason})${message ? ` ${message}` : ''}`,
    ),
    ...figures.map(([name, value]) => `  ${name}: ${value ?? 'unknown'}`),
    '',
  ].join('\n');
}

/** The report of an incident, in the order in which it was worked out. */
export function incidentText(incident: IncidentView, style: Style): string {
  const { diagnosis } = incident;
  const facts = Object.entries(diagnosis?.facts ?? {}).flatMap(([group, values]) =>
    Object.entries(values).map(([name, value]) => `  ${group}.${name}: ${valueText(value)}`),
  );
  return [
    `${style.strong(incident.id)}  ${incident.state}  objective ${incident.objectiveId}`,
    style.strong('Problem'),
    `  ${millis(incident.degradedQuantileMs)} against ${millis(incident.healthyQuantileMs)} when healthy`,
    `  first seen ${time(incident.observedMs)}, held until ${time(incident.detectedMs)}`,
    ...(incident.symptom === undefined ? [] : [`  symptom: ${incident.symptom}`]),
    ...(incident.symptomEvidence ?? []).map((line) => `    ${line}`),
    style.strong('Causes'),
    ...(diagnosis ? [] : ['  not diagnosed yet']),
    ...(diagnosis?.causes ?? []).flatMap(causeLines),
    ...rejectedLines(diagnosis, style),
    ...(facts.length > 0 ? [style.strong('Facts'), ...facts] : []),
    style.strong('Answer'),
    `  rule: ${incident.rule ?? 'none'}; changes: ${incident.changes.join(', ') || 'none'}`,
    ...(incident.note ? [`  ${incident.note}`] : []),
    ...(incident.closedMs === null ? [] : [`  closed ${time(incident.closedMs)}`]),
    '',
  ].join('\n');
}

type DiagnosisView = IncidentView['diagnosis'];
type CauseView = NonNullable<DiagnosisView>['causes'][number];

function causeLines({ name, score, probability, at, evidence, parts }: CauseView): string[] {
  const chance = probability === undefined ? '' : `${(probability * 100).toFixed(0)} %, score `;
  const signals = (parts ?? []).map(
    ({ signal, value, weight }) =>
      `${signal} ${value === null ? '' : `${Number(value.toPrecision(3))} `}weighs ${weight.toFixed(2)}`,
  );
  return [
    `  ${name} (${chance}${score.toFixed(2)})${at === '' ? '' : ` at ${at}`}`,
    ...evidence.map((line) => `    ${line}`),
    ...(signals.length === 0 ? [] : [`    score: ${signals.join('; ')}`]),
  ];
}

const rejectedLines = (diagnosis: DiagnosisView, style: Style): string[] =>
  diagnosis?.rejected === undefined || diagnosis.rejected.length === 0
    ? []
    : [
        style.strong('Rejected causes'),
        ...diagnosis.rejected.map(({ name, why }) => `  ${name}: ${why}`),
      ];

const HELD = {
  before: 'it holds by now what it held before',
  after: 'it holds by now what the change wrote',
  neither: 'it holds neither the old nor the new configuration',
  unknown: 'what it holds is not known',
} as const;

type DeviceStatus = NonNullable<DeviceView['status']>;

const fenceText = (fence: DeviceStatus['fence']): string =>
  fence === undefined ? '' : ` (${fence.reason}; ${HELD[fence.holds]})`;

export function deviceText(device: DeviceView, style: Style): string {
  const { status } = device;
  const known = (value: boolean | null): string =>
    value === null ? 'unknown' : value ? 'yes' : 'no';
  return [
    `${style.strong(device.name)}  ${device.role}, group ${device.group}, profile ${device.profile}`,
    `  address: ${device.address || 'not managed'}`,
    `  session: ${status?.session ?? 'unknown'}`,
    `  data age: ${millis(status?.ageMs ?? null)}`,
    `  commit-confirmed: ${known(status?.commitConfirmed ?? null)}` +
      (status?.commitConfirmed === false ? ', only the timer of Weir undoes a change here' : ''),
    `  fenced: ${known(status?.fenced ?? null)}${fenceText(status?.fence)}`,
    `  open change: ${status?.openChange ?? 'none'}`,
    style.strong('Interfaces'),
    ...device.interfaces.map((port) => `  ${port.name}: ${capacity(port.capacityBps)}`),
    '',
  ].join('\n');
}

export function policyText(policy: PolicyView, style: Style): string {
  const mode = (rule: PolicyView['rules'][number]): string =>
    rule.mode === rule.effectiveMode ? rule.mode : `${rule.effectiveMode} (policy: ${rule.mode})`;
  return [
    `${style.strong(policy.name)}  ${policy.hash}`,
    ...policy.rules.flatMap((rule, i) => [
      `  ${i + 1}. ${style.strong(rule.name)}  ${mode(rule)}`,
      ...(rule.description ? [`     ${rule.description}`] : []),
      `     when ${rule.when}`,
      `     then ${rule.action.type}`,
    ]),
    ...Object.entries(policy.groups).map(([group, groupMode]) => `  group ${group}: ${groupMode}`),
    '',
  ].join('\n');
}

export function topologyText(topology: TopologyView, style: Style): string {
  return [
    `${style.strong(topology.name)}  revision ${topology.revision}`,
    `  ${topology.devices.length} devices, ${topology.links.length} links, ` +
      `${topology.endpoints.length} endpoints`,
    style.strong('Endpoints'),
    ...topology.endpoints.map(
      ({ name, attachedTo, prefix }) => `  ${name}: ${attachedTo} ${prefix}`,
    ),
    '',
  ].join('\n');
}

export function statusText(status: EngineStatusView, style: Style): string {
  const phase = status.phase === 'running' ? style.good(status.phase) : style.warn(status.phase);
  const { channels, unknownChannels } = status.telemetry;
  const silent = status.devices.filter((device) => device.session === 'unknown');
  const fenced = status.devices.filter((device) => device.fenced);
  const lines = [
    `engine: ${phase}${status.holdReason ? ` (${status.holdReason})` : ''}, epoch ${status.epoch}`,
    status.frozen
      ? style.bad(`frozen by ${status.frozen.by}: ${status.frozen.reason}`)
      : 'frozen: no',
    `policy: ${status.policy.name}  topology: ${status.topologyRevision}`,
    `devices: ${status.devices.length}, not reporting: ${names(silent)}, fenced: ${names(fenced)}`,
    `telemetry: ${channels - unknownChannels} of ${channels} channels known`,
    ...(status.telemetry.contradictions ?? []).map(({ evidence }) =>
      style.bad(`telemetry contradicts itself: ${evidence}`),
    ),
    ...forecastLines(status.forecast),
    ...(status.solverFailures ?? []).map(({ failures, reason }) =>
      style.bad(`solver failed ${failures} times, its answers were not used: ${reason}`),
    ),
    ...(status.escalated ?? []).map(({ rule, objectiveId, reason }) =>
      style.bad(`rule ${rule} waits for a person on ${objectiveId}: ${reason}`),
    ),
    style.strong('Objectives'),
    ...(status.objectives.length === 0 ? ['  none'] : []),
    ...status.objectives.map((objective) => objectiveLine(objective, style)),
  ];
  if (status.hottest.length > 0)
    lines.push(
      style.strong('Hottest channels'),
      indent(table(hotChannels.columns, status.hottest.slice(0, 5), false)),
    );
  return `${lines.join('\n')}\n`;
}

const names = (devices: readonly { readonly device: string }[]): string =>
  devices.length === 0 ? 'none' : devices.map((device) => device.device).join(', ');

function forecastLines(forecast: EngineStatusView['forecast']): readonly string[] {
  if (forecast === undefined) return [];
  const { foretold, series, horizonMs, errorRatio, coverageRatio, foreseen } = forecast;
  const error = errorRatio === null ? 'unknown' : errorRatio.toFixed(2);
  const held = coverageRatio === null ? 'unknown' : percent(coverageRatio);
  return [
    `forecast: ${foretold} of ${series} links, ${horizonMs / 1000} s ahead, error ${error} of the ` +
      `last value's, interval held ${held} (wanted ${percent(forecast.wantedCoverageRatio)})`,
    ...foreseen.map(
      ({ objectiveId, inMs }) =>
        `foreseen: ${objectiveId} may be missed in ${Math.round(inMs / 1000)} s`,
    ),
  ];
}

function objectiveLine(objective: EngineStatusView['objectives'][number], style: Style): string {
  const { good, bad, warn } = style;
  const paint = { unknown: warn, healthy: good, pending: warn, breached: bad, clearing: warn };
  const limit =
    objective.thresholdMs === null ? 'own baseline' : `limit ${millis(objective.thresholdMs)}`;
  const attained =
    objective.attainedRatio === null ? '' : `, met in ${percent(objective.attainedRatio, 3)}`;
  return (
    `  ${objective.id}: ${paint[objective.state](objective.state)}, ` +
    `p${Number((objective.quantile * 100).toFixed(3))} ${millis(objective.quantileMs)} (${limit})${attained}`
  );
}
