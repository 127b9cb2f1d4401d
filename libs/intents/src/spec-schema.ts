import { formatIssues, summarize } from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import type { z } from 'zod';

/** Checks a spec by its schema; paths in the refusal start at `spec`. */
export function parseSpec<Schema extends z.ZodType>(
  schema: Schema,
  spec: unknown,
): Result<z.output<Schema>> {
  const parsed = schema.safeParse(spec);
  if (parsed.success) return ok(parsed.data);
  const issues = formatIssues(parsed.error).map((issue) => ({ ...issue, path: below(issue.path) }));
  const { where, reason } = summarize(issues);
  return refuse('intent-invalid', where, reason);
}

function below(path: string): string {
  if (path === '(root)') return 'spec';
  return path.startsWith('[') ? `spec${path}` : `spec.${path}`;
}
