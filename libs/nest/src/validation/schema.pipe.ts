import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { formatIssues, type FieldIssue } from '@weir/contracts';
import { ProblemException } from '../problem/problem';

/** The part of a zod schema that is used here. */
interface Schema {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: unknown }
    | { readonly success: false; readonly error: Parameters<typeof formatIssues>[0] };
}

const MAX_ISSUES = 20;
const ROOT = '(root)';

/**
 * Checks what `@Body({ schema })`, `@Query({ schema })` or `@Param(name, { schema })` carries, and
 * answers with the path of the first offending field, the others listed behind it.
 */
@Injectable()
export class SchemaPipe implements PipeTransform {
  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    const schema = metadata.schema as unknown as Schema | undefined;
    if (schema === undefined) return value;
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const issues = formatIssues(result.error)
      .slice(0, MAX_ISSUES)
      .map((issue) => ({ path: located(issue.path, metadata), message: issue.message }));
    const first: FieldIssue = issues[0] ?? { path: '', message: 'cannot be used' };
    const reason = `${first.path}: ${first.message}`;
    throw new ProblemException({ code: 'request-invalid', where: first.path, reason }, issues);
  }
}

/** A query parameter must not be taken for a field of the body: `query.limit`, `path.name`. */
function located(path: string, metadata: ArgumentMetadata): string {
  const field = path === ROOT ? '' : path;
  switch (metadata.type) {
    case 'query':
      return ['query', metadata.data, field].filter(Boolean).join('.');
    case 'param':
      return ['path', metadata.data, field].filter(Boolean).join('.');
    default:
      return field === '' ? 'body' : field;
  }
}
