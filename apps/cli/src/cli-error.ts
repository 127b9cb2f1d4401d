import type { FieldIssue } from '@weir/contracts';

/** What a command ends with when it cannot do what was asked; printed for people, exit code 1. */
export class CliError extends Error {
  readonly code: string;
  readonly where: string;
  readonly issues: readonly FieldIssue[];
  /** What to try, one line; empty when there is nothing to say. */
  readonly hint: string;

  constructor(fields: {
    readonly code: string;
    readonly reason: string;
    readonly where?: string;
    readonly issues?: readonly FieldIssue[];
    readonly hint?: string;
  }) {
    super(fields.reason);
    this.name = 'CliError';
    this.code = fields.code;
    this.where = fields.where ?? '';
    this.issues = fields.issues ?? [];
    this.hint = fields.hint ?? '';
  }
}

/** The lines of an error: what, where, every field, and what to try. */
export function errorText(error: CliError): string {
  const head = `error: ${error.message}`;
  const lines = [head, `  code: ${error.code}`];
  if (error.where) lines.push(`  where: ${error.where}`);
  if (error.issues.length > 1)
    for (const issue of error.issues) lines.push(`  - ${issue.path}: ${issue.message}`);
  if (error.hint) lines.push(`  try: ${error.hint}`);
  return `${lines.join('\n')}\n`;
}
