import {
  API_VERSION,
  formatIssues,
  nearest,
  proposeBodySchema,
  strict,
  type IntentEnvelope,
  type ProposeBody,
} from '@weir/contracts';
import { checkIntent, intentKinds } from '@weir/intents';
import { z } from 'zod';
import { CliError } from '../cli-error';
import type { SourceDocument } from '../offline/documents';

/** What a file asks for: an intent, or a change of one's own (`kind: Change`). */
export type RequestDocument =
  | { readonly type: 'intent'; readonly source: string; readonly intent: IntentEnvelope }
  | { readonly type: 'change'; readonly source: string; readonly body: ProposeBody };

const changeDocumentSchema = strict({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Change'),
  spec: proposeBodySchema,
});

/** Checks a document before anything is sent, so that a file with a mistake changes nothing. */
export function requestOf({ source, value }: SourceDocument): RequestDocument {
  const kind = (value as { kind?: unknown } | null)?.kind;
  if (kind === 'Change') return { type: 'change', source, body: changeOf(source, value) };
  const intent = checkIntent(value);
  if (intent.ok) return { type: 'intent', source, intent: intent.value };
  const { code, reason, where } = intent.error;
  const near = typeof kind === 'string' ? nearest(kind, ['Change', ...intentKinds.keys()]) : null;
  const hint = code === 'intent-unknown-kind' && near === 'Change' ? 'did you mean "Change"?' : '';
  throw new CliError({ code, reason, where: `${source}: ${where}`, hint });
}

function changeOf(source: string, value: unknown): ProposeBody {
  const parsed = changeDocumentSchema.safeParse(value);
  if (parsed.success) return parsed.data.spec;
  const issues = formatIssues(parsed.error);
  const [first] = issues;
  throw new CliError({
    code: 'request-invalid',
    reason: first?.message ?? 'invalid',
    where: `${source}: ${first?.path ?? ''}`,
    issues,
  });
}
