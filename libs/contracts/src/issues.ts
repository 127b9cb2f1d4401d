import { z } from 'zod';

/** One mistake in an input, with the path of the field as a person would write it. */
export interface FieldIssue {
  /** e.g. `spec.rules[2].when`; `(root)` when the whole input is meant. */
  readonly path: string;
  readonly message: string;
}

/** Path as in a YAML file: `a.b[2].c`, keys that are no plain words in brackets and quotes. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(String(part)))
      text += text ? `.${String(part)}` : String(part);
    else text += `[${JSON.stringify(String(part))}]`;
  }
  return text || '(root)';
}

/**
 * What every schema of ours says of a field that is not there, unless it says something better
 * itself; zod's own words are "expected string, received undefined".
 */
z.config({
  customError: (issue) => {
    if (issue.input !== undefined) return undefined;
    if (issue.code === 'invalid_value')
      return `required: ${issue.values.map(valueText).join(', ')}`;
    return issue.code === 'invalid_type' || issue.code === 'invalid_union' ? 'required' : undefined;
  },
});

const valueText = (value: unknown): string => JSON.stringify(value) ?? String(value);

type RawIssue = z.core.$ZodIssue;

function flatten(issue: RawIssue, base: readonly PropertyKey[]): FieldIssue[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    // `strict` writes one line of message for each unknown key, in the same order.
    const lines = issue.message.split('\n');
    return issue.keys.map((key, i) => ({
      path: formatPath([...path, key]),
      message: lines[i] ?? 'unknown field',
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return closestBranch(issue.errors).flatMap((inner) => flatten(inner, path));
  return [{ path: formatPath(path), message: issue.message }];
}

/** The alternative that got furthest: a deep mistake says more than "none of these matched". */
function closestBranch(branches: readonly (readonly RawIssue[])[]): readonly RawIssue[] {
  const depth = (branch: readonly RawIssue[]): number =>
    Math.max(...branch.map((issue) => issue.path.length));
  return [...branches].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
}

/** All mistakes of a failed parse in the order of the file's fields, one entry per field. */
export function formatIssues(error: z.ZodError): FieldIssue[] {
  return error.issues.flatMap((issue) => flatten(issue, []));
}

/**
 * Object that refuses unknown keys and suggests the nearest known one; `what` names the object
 * in messages.
 */
export function strict<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return describe(issue);
      const known = Object.keys(shape);
      return issue.keys.map((key) => unknownField(key, known)).join('\n');
    },
  });
}

function describe(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  return issue.input === undefined ? 'required' : 'must be a mapping of fields';
}

function unknownField(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  return near
    ? `unknown field; did you mean "${near}"?`
    : `unknown field; known: ${known.join(', ')}`;
}

const UNIT = /(Ms|Bps|Bytes|Ratio|Percent|BytesAt25G)$/;

/**
 * The known word within two edits (a third of its length for long words), or undefined. A
 * forgotten unit at the end counts as half an edit: it is the usual mistake.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    // A word that is longer by more than the bound cannot be near; it may be of any length.
    if (word.length - candidate.length >= bestDistance) continue;
    const whole = editDistance(word.toLowerCase(), candidate.toLowerCase());
    const bare = candidate.replace(UNIT, '');
    const withoutUnit = bare === candidate ? whole : editDistance(word, bare) + 0.5;
    const distance = Math.min(whole, withoutUnit);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Levenshtein distance with one row of memory. */
function editDistance(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0] as number;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] as number;
      const substitute = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(above + 1, (row[j - 1] as number) + 1, substitute);
      diagonal = above;
    }
  }
  return row[b.length] as number;
}

/** A refusal's `where` and `reason` for a list of mistakes: the first one, and the others named. */
export function summarize(issues: readonly FieldIssue[]): { where: string; reason: string } {
  const [first, ...others] = issues;
  if (!first) return { where: '(root)', reason: 'invalid' };
  if (others.length === 0) return { where: first.path, reason: first.message };
  const shown = others.slice(0, 5).map((issue) => `${issue.path}: ${issue.message}`);
  const rest = others.length > shown.length ? '; ...' : '';
  return {
    where: first.path,
    reason: `${first.message} (and ${others.length} more: ${shown.join('; ')}${rest})`,
  };
}
