import type { IntentEnvelope } from '@weir/contracts';
import { CONFIG_AUTHOR, intentId, type Command } from '@weir/core/model';
import { canonicalJson, type IntentKind } from '@weir/core/ports';
import type { DurableState } from '@weir/core/state';

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
export function fileIntentCommands(
  intents: readonly IntentEnvelope[],
  putBefore: DurableState['configIntents'],
  kinds: ReadonlyMap<string, IntentKind>,
): readonly Command[] {
  const last = new Map<string, string>();
  for (const [id, intent] of putBefore) last.set(id, contentOf(intent, kinds));
  return intents
    .filter((one) => last.get(intentId(one.kind, one.metadata.name)) !== contentOf(one, kinds))
    .map(({ kind, metadata: { name, labels }, priority, spec }) => ({
      verb: 'put-intent',
      intent: { kind, name, labels, priority, spec },
      dryRun: false,
      by: CONFIG_AUTHOR,
    }));
}
