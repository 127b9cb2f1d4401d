import type { EventEnvelope } from '@weir/contracts';
import { spelled } from '../story/report';

/** Steps of a change that are worth a line; the others follow from them. */
const TOLD_STATES = new Set([
  'validated',
  'awaiting-approval',
  'applied',
  'confirmed',
  'rolling-back',
  'rolled-back',
  'rejected',
  'expired',
  'stuck',
]);

interface Body {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A journal record in one line for people; null for those that say nothing new to them. */
export function narrate(record: EventEnvelope): string | null {
  const body = record.body as Body;
  switch (body.kind) {
    case 'incident-opened':
      return opened(body['incident'] as Incident);
    case 'incident-diagnosed':
      return diagnosed(body);
    case 'incident-closed':
      return `${text(body['id'])} closed: ${text(body['reason'])}`;
    case 'change-proposed':
      return proposed(body['change'] as Change);
    case 'change-transition': {
      const to = text(body['to']);
      return TOLD_STATES.has(to)
        ? `${text(body['id'])} ${spelled(to)}: ${text(body['reason'])}`
        : null;
    }
    case 'device-outcome':
      return body['outcome'] === 'done' && body['verb'] !== 'commit'
        ? null
        : `${text(body['id'])} ${text(body['device'])}: ${text(body['verb'])} ${text(body['outcome'])} ${text(body['message'])}`.trim();
    case 'frozen':
      return `frozen: ${text(body['reason'])}`;
    case 'unfrozen':
      return 'the freeze is lifted';
    case 'verdict': {
      const verdict = body['verdict'] as { verdict: string; evidence: readonly string[] };
      return `${text(body['id'])} verdict ${verdict.verdict}: ${verdict.evidence.join('; ')}`;
    }
    default:
      return null;
  }
}

interface Incident {
  readonly id: string;
  readonly objectiveId: string;
  readonly healthyQuantileMs: number | null;
  readonly degradedQuantileMs: number;
}
interface Change {
  readonly id: string;
  readonly rule: string | null;
  readonly plan: { readonly predicted: { readonly explanation: string } };
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
const ms = (value: number | null): string => (value === null ? '?' : value.toFixed(1));

const opened = (incident: Incident): string =>
  `${incident.id} opened: ${incident.objectiveId} p95 ${ms(incident.healthyQuantileMs)} -> ` +
  `${ms(incident.degradedQuantileMs)} ms`;

function diagnosed(body: Body): string | null {
  const diagnosis = body['diagnosis'] as {
    causes: readonly { name: string; at: string; score: number; evidence: readonly string[] }[];
  };
  const top = diagnosis.causes[0];
  const note = text(body['note']);
  if (note !== '') return `${text(body['id'])} waits: ${note}`;
  if (top === undefined) return null;
  return `${text(body['id'])} cause ${top.name} at ${top.at}: ${top.evidence[0] ?? ''}`;
}

const proposed = (change: Change): string =>
  `${change.id} proposed by rule ${change.rule ?? '-'}: ${change.plan.predicted.explanation}`;
