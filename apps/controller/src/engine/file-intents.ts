import type { IntentEnvelope } from '@weir/contracts';
import { intentId, type Command } from '@weir/core/model';
import { canonicalJson, type IntentKind, type Journal } from '@weir/core/ports';

/** Author of intents that come from the files in `spec.intents`. */
export const FILE_AUTHOR = 'config';

interface Content {
  readonly kind: string;
  readonly priority: number;
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: unknown;
}

/** What was asked for, with defaults filled in as the engine stores it. */
function contentOf(intent: Content, kinds: ReadonlyMap<string, IntentKind>): string {
  const parsed = kinds.get(intent.kind)?.parse(intent.spec);
  const spec = parsed?.ok === true ? parsed.value : intent.spec;
  return canonicalJson([intent.priority, intent.metadata.labels, spec]);
}

/**
 * Commands that put the intents of files in place: those that are new or whose file has changed
 * since it was put. So what people change or delete through the API survives a restart.
 */
export async function fileIntentCommands(
  intents: readonly IntentEnvelope[],
  journal: Journal,
  kinds: ReadonlyMap<string, IntentKind>,
): Promise<readonly Command[]> {
  if (intents.length === 0) return [];
  const last = new Map<string, string>();
  for await (const { body } of journal.read(1))
    if (body.kind === 'intent-put' && body.by === FILE_AUTHOR)
      last.set(body.id, contentOf(body.intent, kinds));
  return intents
    .filter((one) => last.get(intentId(one.kind, one.metadata.name)) !== contentOf(one, kinds))
    .map(({ kind, metadata: { name, labels }, priority, spec }) => ({
      verb: 'put-intent',
      intent: { kind, name, labels, priority, spec },
      dryRun: false,
      by: FILE_AUTHOR,
    }));
}
