import { z } from 'zod';

/** RFC 9457 problem details; `code` is stable, `where` is the path of the offending field. */
export const problemSchema = z.looseObject({
  type: z.string().default('about:blank'),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  instance: z.string().optional(),
  code: z.string(),
  where: z.string(),
  /** What to do about it. */
  remedy: z.string().optional(),
  /** All mistakes of a body, when there are several; the first one is in `detail` and `where`. */
  issues: z.array(z.looseObject({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
export const problemType = (code: string): string => `urn:weir:error:${code}`;

/** HTTP status of each error code of core/base/codes.ts; every code is listed (checked by a test). */
export const PROBLEM_STATUS: Readonly<Record<string, number>> = {
  'config-invalid': 400,
  'topology-invalid': 400,
  'policy-invalid': 400,
  'policy-example-failed': 422,
  'scenario-invalid': 400,
  'intent-invalid': 400,
  'intent-unknown-kind': 400,
  'intent-conflict': 409,
  'not-found': 404,
  'already-exists': 409,
  'request-invalid': 400,
  unauthenticated: 401,
  forbidden: 403,
  'idempotency-conflict': 409,
  'limit-exceeded': 429,
  'not-leader': 503,
  'engine-unavailable': 503,
  frozen: 409,
  'mode-forbids': 409,
  'plan-expired': 409,
  'plan-hash-mismatch': 409,
  'base-drifted': 409,
  'state-forbids': 409,
  'device-unknown': 404,
  'device-busy': 409,
  'device-fenced': 409,
  'device-unreachable': 503,
  'device-rejected': 502,
  'device-outcome-unknown': 502,
  'capability-missing': 422,
  'schema-invalid': 422,
  'no-alternative': 422,
  'forwarding-loop': 422,
  'black-hole': 422,
  'overload-predicted': 422,
  'queue-starved': 422,
  'no-safe-order': 422,
  'spare-path-missing': 422,
  'blast-radius': 422,
  'change-budget': 429,
  'cool-down': 429,
  'dwell-time': 429,
  reversal: 429,
  escalated: 409,
  'freeze-window': 409,
  'spare-capacity-missing': 422,
  'inverse-unprovable': 422,
  'telemetry-stale': 503,
  'telemetry-contradiction': 503,
  'solver-failed': 500,
  'not-the-network': 422,
  'fencing-epoch-stale': 409,
  'journal-corrupt': 500,
  'journal-too-new': 500,
  'journal-unavailable': 503,
  'flight-damaged': 422,
  'flight-unsupported': 422,
  internal: 500,
};

/** Problem details of a refusal (`code`, `reason`, `where` as in core/base/result.ts). */
export function problemOf(
  refusal: { readonly code: string; readonly reason: string; readonly where: string },
  title: string,
  instance?: string,
  remedy?: string,
): Problem {
  return {
    type: problemType(refusal.code),
    title,
    status: PROBLEM_STATUS[refusal.code] ?? 500,
    detail: refusal.reason,
    code: refusal.code,
    where: refusal.where,
    ...(remedy === undefined ? {} : { remedy }),
    ...(instance === undefined ? {} : { instance }),
  };
}
