import { err, ok, type Result } from '@weir/core/base';
import { parseAllDocuments, type Document } from 'yaml';

export interface YamlMistake {
  /** `line 3, column 5`, or `(root)` when the whole document is meant. */
  readonly where: string;
  readonly reason: string;
}

/** Documents of a file, separated by `---`, taken apart but not yet resolved. */
export function yamlDocuments(text: string): Result<readonly Document.Parsed[], YamlMistake> {
  try {
    const documents = parseAllDocuments(text, { prettyErrors: true });
    return ok('empty' in documents ? [] : documents);
  } catch (cause) {
    return err(mistakeOf(cause));
  }
}

/** What a document holds, or the first thing that is wrong with it. */
export function yamlValue(document: Document.Parsed): Result<unknown, YamlMistake> {
  const [error] = document.errors;
  if (error) {
    // The parser reports its own exhaustion as a mistake of the text when it can.
    if (/call stack/.test(error.message)) return err(mistakeOf(new RangeError(error.message)));
    const at = error.linePos?.[0];
    const where = at ? `line ${at.line}, column ${at.col}` : '';
    return err({ where, reason: (error.message.split('\n')[0] ?? '').replace(/:$/, '') });
  }
  try {
    return ok(document.toJS() as unknown);
  } catch (cause) {
    return err(mistakeOf(cause));
  }
}

/** Nesting that exhausts the parser, and aliases that would expand without bound. */
function mistakeOf(cause: unknown): YamlMistake {
  const reason = cause instanceof RangeError ? 'nested too deeply' : (cause as Error).message;
  return { where: '(root)', reason };
}
