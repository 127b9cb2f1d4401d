import type { Result } from '../base';
import type { CompiledIntent, IntentResource, Topology } from '../model';

/**
 * One kind of intent: adding a kind means adding one implementation of this and nothing else.
 * `parse` checks the spec with path-precise errors; `compile` turns it into what the loop knows.
 */
export interface IntentKind {
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly description: string;
  /** An example resource, used by docs and `weir explain`. */
  readonly example: Record<string, unknown>;
  parse(spec: unknown): Result<unknown>;
  compile(resource: IntentResource, topology: Topology): Result<CompiledIntent>;
}
