import {
  API_VERSION,
  formatIssues,
  nearest,
  proposeBodySchema,
  savedPlanSchema,
  strict,
  type IntentEnvelope,
  type ProposeBody,
} from '@weir/contracts';
import { checkIntent, intentKinds } from '@weir/intents';
import { z } from 'zod';
import { CliError } from '../cli-error';
import type { SourceDocument } from '../offline/documents';

/** What a file asks for: an intent, or a change of one's own (`kind: Change` or `SavedPlan`). */
export type RequestDocument =
  | { readonly type: 'intent'; readonly source: string; readonly intent: IntentEnvelope }
  | ChangeRequest;

export interface ChangeRequest {
  readonly type: 'change';
  readonly source: string;
  readonly body: ProposeBody;
}

const changeDocumentSchema = strict({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Change'),
  spec: proposeBodySchema,
});

const CHANGE_KINDS = ['Change', 'SavedPlan'] as const;

/** Checks a document before anything is sent, so that a file with a mistake changes nothing. */
export function requestOf({ source, value }: SourceDocument): RequestDocument {
  const kind = (value as { kind?: unknown } | null)?.kind;
  if (kind === 'Change')
    return { type: 'change', source, body: checked(changeDocumentSchema, source, value).spec };
  if (kind === 'SavedPlan')
    return { type: 'change', source, body: checked(savedPlanSchema, source, value).spec };
  const meant = typeof kind === 'string' ? misspelt(kind) : undefined;
  if (meant !== undefined)
    throw new CliError({
      code: 'intent-unknown-kind',
      reason: `no kind is called ${String(kind)}`,
      where: `${source}: kind`,
      hint: `did you mean "${meant}"?`,
    });
  const intent = checkIntent(value);
  if (intent.ok) return { type: 'intent', source, intent: intent.value };
  const { code, reason, where } = intent.error;
  throw new CliError({ code, reason, where: `${source}: ${where}` });
}

/** The kind of a change that is meant by one that does not exist; intents look to their own. */
function misspelt(kind: string): string | undefined {
  if (intentKinds.has(kind)) return undefined;
  const near = nearest(kind, [...CHANGE_KINDS, ...intentKinds.keys()]);
  return CHANGE_KINDS.find((one) => one === near);
}

function checked<T extends z.ZodType>(schema: T, source: string, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = formatIssues(parsed.error);
  const [first] = issues;
  throw new CliError({
    code: 'request-invalid',
    reason: first?.message ?? 'invalid',
    where: `${source}: ${first?.path ?? ''}`,
    issues,
  });
}
