import { ok, refuse, type Result } from '@weir/core/base';
import type { DropProfile } from '@weir/core/model';
import { codePoints } from './dscp';
import type { ClassSpec, Spec } from './schema';

/** A class of one level, with its part of the whole port. */
export interface FlatClass extends Omit<ClassSpec, 'dscp' | 'drop'> {
  /** Path in the spec, e.g. `spec.tenants[1].classes[0]`. */
  readonly path: string;
  readonly tenant: string | null;
  /** Part of the port of the tenant, 0..1; 1 without tenants. */
  readonly tenantRatio: number;
  readonly dscp: readonly number[];
  readonly drop: DropProfile | null;
}

/**
 * The scheme on one level: a class of a tenant has its part of the tenant's part (hierarchical link
 * sharing, Floyd and Jacobson 1995, without the second level of the scheduler: what a tenant does not
 * use, all others share rather than its own classes first). Refused with the path of the field
 * where shares do not add up, code points or names come twice, or a tenant wants to be served before
 * all others.
 */
export function flatten(spec: Spec): Result<readonly FlatClass[]> {
  const groups = groupsOf(spec);
  if (spec.tenants !== undefined) {
    const total = addsUp(spec.tenants, 'spec.tenants', 'the port');
    if (!total.ok) return total;
    const strict = strictTenant(spec.tenants);
    if (strict !== null) return strict;
  }
  for (const { classes, path, tenant } of groups) {
    const total = addsUp(classes, path, tenant === null ? 'the port' : `tenant ${tenant}`);
    if (!total.ok) return total;
  }
  const located = groups.flatMap((group) =>
    group.classes.map((item, i) => ({ ...item, ...group, path: `${group.path}[${i}]` })),
  );
  const codes = codePoints(located);
  if (!codes.ok) return codes;
  return ok(
    located.map(({ path, tenant, tenantRatio, drop, dscp: _, classes: __, ...item }, i) => ({
      ...item,
      path,
      tenant,
      tenantRatio,
      dscp: codes.value[i] ?? [],
      drop: drop === undefined ? null : dropOf(drop),
    })),
  );
}

interface Group {
  readonly path: string;
  readonly tenant: string | null;
  readonly tenantRatio: number;
  readonly classes: readonly ClassSpec[];
}

function groupsOf({ classes, tenants }: Spec): readonly Group[] {
  if (classes !== undefined)
    return [{ path: 'spec.classes', tenant: null, tenantRatio: 1, classes }];
  return (tenants ?? []).map((tenant, i) => ({
    path: `spec.tenants[${i}].classes`,
    tenant: tenant.name,
    tenantRatio: tenant.sharePercent / 100,
    classes: tenant.classes,
  }));
}

function dropOf(drop: NonNullable<ClassSpec['drop']>): DropProfile {
  if (drop.kind !== 'tail') return drop;
  const { kind, atPercent } = drop;
  return { kind, minPercent: atPercent, maxPercent: atPercent, probabilityPercent: 100 };
}

/** Fractions of a hundred such as 33.3 need not be exact. */
const TOLERANCE_PERCENT = 0.1;

/** Names once each, and shares 100 per cent together; less where some have a bandwidth instead. */
function addsUp(
  items: readonly {
    readonly name: string;
    readonly sharePercent?: number | undefined;
    readonly bandwidth?: number | undefined;
  }[],
  path: string,
  whole: string,
): Result<void> {
  const names = new Set<string>();
  for (const [i, { name }] of items.entries()) {
    if (names.has(name))
      return refuse('intent-invalid', `${path}[${i}].name`, `"${name}" is used twice`);
    names.add(name);
  }
  const sum = items.reduce((total, item) => total + (item.sharePercent ?? 0), 0);
  const open = items.some((item) => item.bandwidth !== undefined);
  const over = sum > 100 + TOLERANCE_PERCENT;
  if (!over && (open || sum >= 100 - TOLERANCE_PERCENT)) return ok(undefined);
  const shown = Number(sum.toFixed(3));
  return refuse(
    'intent-invalid',
    path,
    `the shares add up to ${shown} % of ${whole}, not to 100 %`,
  );
}

function strictTenant(tenants: NonNullable<Spec['tenants']>): Result<never> | null {
  if (tenants.length === 1) return null;
  for (const [i, { name, classes }] of tenants.entries())
    for (const [j, item] of classes.entries())
      if (item.strict)
        return refuse(
          'intent-invalid',
          `spec.tenants[${i}].classes[${j}].strict`,
          `a strict queue of ${name} would be served before all other tenants, whatever its share`,
        );
  return null;
}
