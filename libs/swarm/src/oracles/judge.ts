import type { FinalView, TimelineEvent } from '../timeline';
import type { OracleContext, OracleFactory, Violation } from './oracle';

/** Told more often than this, a violation is the same one again. */
const MAX_VIOLATIONS = 20;

export interface Judge {
  see(event: TimelineEvent): void;
  end(final: FinalView): readonly Violation[];
}

/** All oracles at once over one run; violations in the order in which they were seen. */
export function judge(factories: readonly OracleFactory[], context: OracleContext): Judge {
  const oracles = factories.map((make) => make(context));
  const violations: Violation[] = [];
  let atMs = 0;
  const reporters = oracles.map(({ invariant }) => (what: string): void => {
    const known = violations.some((item) => item.invariant === invariant && item.what === what);
    if (!known && violations.length < MAX_VIOLATIONS) violations.push({ invariant, atMs, what });
  });
  return {
    see(event) {
      ({ atMs } = event);
      oracles.forEach((oracle, i) => oracle.see(event, reporters[i] as (what: string) => void));
    },
    end(final) {
      ({ atMs } = final);
      oracles.forEach((oracle, i) => oracle.end(final, reporters[i] as (what: string) => void));
      return violations;
    },
  };
}
