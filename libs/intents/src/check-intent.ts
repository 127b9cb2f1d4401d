import {
  formatIssues,
  intentEnvelopeSchema,
  nearest,
  summarize,
  type IntentEnvelope,
} from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import { intentKinds } from './registry';

/**
 * Checks an intent as far as that goes without a topology: the envelope, the kind, and the spec
 * by the rules of its kind. Refused with `intent-invalid` or `intent-unknown-kind`.
 */
export function checkIntent(document: unknown): Result<IntentEnvelope> {
  const envelope = intentEnvelopeSchema.safeParse(document);
  if (!envelope.success) {
    const { where, reason } = summarize(formatIssues(envelope.error));
    return refuse('intent-invalid', where, reason);
  }
  const kind = intentKinds.get(envelope.data.kind);
  if (!kind) {
    const near = nearest(envelope.data.kind, intentKinds.keys());
    const hint = near ? `did you mean "${near}"?` : `known: ${[...intentKinds.keys()].join(', ')}`;
    const reason = `no kind of intent is called "${envelope.data.kind}"; ${hint}`;
    return refuse('intent-unknown-kind', 'kind', reason);
  }
  const spec = kind.parse(envelope.data.spec);
  return spec.ok ? ok(envelope.data) : spec;
}
