import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import type { Facts } from '@weir/core/model';
import { assert, refuse, type Result } from '@weir/core/base';
import { bindingsOf, FACT_VARIABLES } from './facts';
import { ConditionError, typeOf } from './type-of';

/** A compiled condition: true, false, or unknown because a fact that decides is unknown. */
export interface Condition {
  readonly text: string;
  readonly evaluate: (facts: Facts) => boolean | 'unknown';
}

const environment = celEnv({ variables: FACT_VARIABLES });

/**
 * Compiles a CEL condition over the facts. Refused with `policy-invalid` at `where`: text that
 * does not parse, unknown facts or functions, operands of the wrong type, results that are not
 * boolean.
 */
export function compileCondition(text: string, where: string): Result<Condition> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(text);
  } catch (error) {
    return refuse('policy-invalid', where, `not a CEL expression: ${syntaxMessage(error)}`);
  }
  try {
    const type = typeOf(parsed.expr);
    if (type !== 'bool')
      return refuse('policy-invalid', where, `gives ${type}; a condition must give true or false`);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const offset = parsed.sourceInfo?.positions[String(error.exprId)];
    const at = offset === undefined ? '' : ` at column ${offset + 1}`;
    return refuse('policy-invalid', where, `${error.message}${at}`);
  }
  const run = plan(environment, parsed);
  return {
    ok: true,
    value: {
      text,
      evaluate: (facts) => {
        const result: unknown = run(bindingsOf(facts));
        if (isCelError(result)) return 'unknown';
        assert(typeof result === 'boolean', `the condition "${text}" gave no boolean`);
        return result;
      },
    },
  };
}

function syntaxMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^<input>:1:(\d+): /, 'column $1: ');
}
