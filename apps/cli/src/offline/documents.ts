import { readFileSync } from 'node:fs';
import { parseAllDocuments, type Document } from 'yaml';
import { CliError } from '../cli-error';
import type { Io } from '../io';

/** One document of a file, and where it is for error messages. */
export interface SourceDocument {
  /** `file.yaml`, or `file.yaml document 2` when there are several. */
  readonly source: string;
  readonly value: unknown;
}

/** Text of a file, `-` being stdin. */
export function readText(file: string, io: Io): string {
  try {
    return file === '-' ? io.readStdin() : readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError({
      code: 'request-invalid',
      reason: `cannot read ${file}: ${readErrorText(error)}`,
      where: file,
    });
  }
}

function readErrorText(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'no such file',
    EISDIR: 'it is a directory',
    EACCES: 'permission denied',
  };
  return known[code ?? ''] ?? message;
}

/** All documents of some YAML or JSON files; lists (`kind: List`) are taken apart. */
export function readDocuments(files: readonly string[], io: Io): SourceDocument[] {
  const documents = files.flatMap((file) => documentsOf(readText(file, io), nameOf(file)));
  if (documents.length > 0) return documents;
  throw new CliError({
    code: 'request-invalid',
    reason: `nothing in ${files.map(nameOf).join(', ')}`,
  });
}

const nameOf = (file: string): string => (file === '-' ? 'stdin' : file);

function documentsOf(text: string, file: string): SourceDocument[] {
  const parsed = parsedDocuments(text, file);
  const found: SourceDocument[] = [];
  for (const [i, document] of parsed.entries()) {
    const source = parsed.length > 1 ? `${file} document ${i + 1}` : file;
    const [error] = document.errors;
    if (error) throw notYaml(file, error);
    const value = plainValue(document, source);
    if (value === null || value === undefined) continue;
    found.push(...itemsOf(value, source));
  }
  return found;
}

function parsedDocuments(text: string, file: string): Document.Parsed[] {
  try {
    return parseAllDocuments(text, { prettyErrors: true }) as Document.Parsed[];
  } catch (cause) {
    // Nesting that exhausts the parser does not become one of its own errors.
    throw notYaml(file, { message: String(cause) });
  }
}

function plainValue(document: Document.Parsed, source: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    // Aliases that would expand without bound are found only here.
    throw new CliError({ code: 'request-invalid', reason: String(cause), where: source });
  }
}

function notYaml(
  file: string,
  error: {
    readonly message: string;
    readonly linePos?: readonly { line: number; col: number }[] | undefined;
  },
): CliError {
  const at = error.linePos?.[0];
  return new CliError({
    code: 'request-invalid',
    reason: `${file} is no YAML: ${(error.message.split('\n')[0] ?? '').replace(/:$/, '')}`,
    where: at ? `${file} line ${at.line}, column ${at.col}` : file,
  });
}

function itemsOf(value: unknown, source: string): SourceDocument[] {
  if (typeof value !== 'object' || value === null) return [{ source, value }];
  const { kind, items } = value as { kind?: unknown; items?: unknown };
  if (kind !== 'List' || !Array.isArray(items)) return [{ source, value }];
  return items.map((item: unknown, i) => ({ source: `${source} item ${i + 1}`, value: item }));
}
