/** A column of a table; `wide` ones show with `-o wide` only. */
export interface Column<Item> {
  readonly title: string;
  readonly text: (item: Item) => string;
  readonly wide?: boolean;
}

/** Columns aligned by spaces, titles in capitals, one line per item, as kubectl prints them. */
export function table<Item>(
  columns: readonly Column<Item>[],
  items: readonly Item[],
  wide: boolean,
): string {
  const shown = columns.filter((column) => wide || !column.wide);
  const rows = [
    shown.map((column) => column.title.toUpperCase()),
    ...items.map((item) => shown.map((column) => oneLine(column.text(item)) || '-')),
  ];
  const widths = shown.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('   ')
      .trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}

/** Names come from other people's files: control characters would break the terminal. */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
