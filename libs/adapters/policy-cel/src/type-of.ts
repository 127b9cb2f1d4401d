import type { parse } from '@bufbuild/cel';
import { nearest } from '@weir/contracts';
import { FACTS, FACT_NAMES, type FactName } from './facts';

/** Types that a condition can have parts of. */
export type PartType = 'double' | 'int' | 'bool' | 'string' | 'list';

type Expr = ReturnType<typeof parse>['expr'];

/** What is wrong with a condition, and which part of it. */
export class ConditionError extends Error {
  constructor(
    message: string,
    readonly exprId: bigint,
  ) {
    super(message);
  }
}

type Signature = (args: readonly PartType[]) => PartType | null;

const numeric = (type: PartType | undefined): boolean => type === 'double' || type === 'int';
const comparable = (a?: PartType, b?: PartType): boolean => a === b || (numeric(a) && numeric(b));

const compare: Signature = ([a, b]) =>
  comparable(a, b) && (numeric(a) || a === 'string') ? 'bool' : null;
const equal: Signature = ([a, b]) => (comparable(a, b) && a !== 'list' ? 'bool' : null);
const logic: Signature = (args) => (args.every((arg) => arg === 'bool') ? 'bool' : null);
const arithmetic: Signature = ([a, b]) => (a === b && numeric(a) && a ? a : null);
const onStrings: Signature = (args) => (args.every((arg) => arg === 'string') ? 'bool' : null);

/** The part of CEL that conditions need; the rest is refused by name when the policy is loaded. */
const SIGNATURES: Readonly<Record<string, Signature>> = {
  '_&&_': logic,
  '_||_': logic,
  '!_': logic,
  '_>_': compare,
  '_>=_': compare,
  '_<_': compare,
  '_<=_': compare,
  '_==_': equal,
  '_!=_': equal,
  '_+_': arithmetic,
  '_-_': arithmetic,
  '_*_': arithmetic,
  '_/_': arithmetic,
  '-_': ([a]) => (numeric(a) && a ? a : null),
  '@in': ([item, list]) => (list === 'list' && item !== 'list' ? 'bool' : null),
  '_?_:_': ([condition, a, b]) => (condition === 'bool' && a && a === b ? a : null),
  startsWith: onStrings,
  endsWith: onStrings,
  contains: onStrings,
  double: ([a]) => (numeric(a) ? 'double' : null),
};

const operatorText = (name: string): string => name.replace(/[_@]/g, '') || name;

/** Dotted name of an identifier or selection, null for anything else. */
function dottedName(expr: Expr): string | null {
  const { exprKind } = expr;
  if (exprKind.case === 'identExpr') return exprKind.value.name;
  if (exprKind.case !== 'selectExpr' || !exprKind.value.operand) return null;
  if (exprKind.value.testOnly) return null;
  const operand = dottedName(exprKind.value.operand);
  return operand === null ? null : `${operand}.${exprKind.value.field}`;
}

function typeOfFact(name: string, exprId: bigint): PartType {
  if (Object.hasOwn(FACTS, name)) return FACTS[name as FactName][0];
  const near = nearest(name, FACT_NAMES);
  const group = FACT_NAMES.filter((fact) => fact.startsWith(`${name.split('.')[0]}.`));
  const hint = near
    ? `did you mean "${near}"?`
    : `known: ${(group.length > 0 ? group : FACT_NAMES).join(', ')}`;
  throw new ConditionError(`unknown fact "${name}"; ${hint}`, exprId);
}

function typeOfCall(expr: Expr, name: string, args: readonly PartType[]): PartType {
  if (!Object.hasOwn(SIGNATURES, name))
    throw new ConditionError(`the function "${operatorText(name)}" is not available here`, expr.id);
  const type = (SIGNATURES[name] as Signature)(args);
  if (type !== null) return type;
  const mixed = args.includes('int') && args.includes('double');
  const hint = mixed ? '; write whole numbers with a point, e.g. 2.0' : '';
  throw new ConditionError(
    `"${operatorText(name)}" cannot take ${args.join(' and ')}${hint}`,
    expr.id,
  );
}

const CONSTANT_TYPES: Readonly<Record<string, PartType>> = {
  boolValue: 'bool',
  doubleValue: 'double',
  int64Value: 'int',
  stringValue: 'string',
};

/**
 * Type of an expression. The library's own checker covers constants and identifiers only, so
 * that mistakes would show when the first incident needs the rule; this one knows every part of
 * the language that a condition may use. Throws ConditionError.
 */
export function typeOf(expr: Expr): PartType {
  const { exprKind } = expr;
  const name = dottedName(expr);
  if (name !== null) return typeOfFact(name, expr.id);
  switch (exprKind.case) {
    case 'constExpr': {
      const type = CONSTANT_TYPES[exprKind.value.constantKind.case ?? ''];
      if (type) return type;
      throw new ConditionError('a constant of this type is not available here', expr.id);
    }
    case 'callExpr': {
      const { target, args } = exprKind.value;
      const parts = [...(target ? [target] : []), ...args];
      return typeOfCall(
        expr,
        exprKind.value.function,
        parts.map((arg) => typeOf(arg)),
      );
    }
    case 'listExpr': {
      const types = new Set(exprKind.value.elements.map((item) => typeOf(item)));
      if (types.size <= 1) return 'list';
      throw new ConditionError('a list holds values of one type', expr.id);
    }
    case 'selectExpr':
      throw new ConditionError(
        'has() is not needed: a condition that uses an unknown fact does not hold',
        expr.id,
      );
    default:
      throw new ConditionError('macros, maps and messages are not available here', expr.id);
  }
}
