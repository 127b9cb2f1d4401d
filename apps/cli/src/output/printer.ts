import { stringify } from 'yaml';
import type { Io } from '../io';
import { COLORED, PLAIN, type Style } from './style';
import { table, type Column } from './table';

export const FORMATS = ['table', 'wide', 'json', 'yaml', 'name'] as const;
export type Format = (typeof FORMATS)[number];

/** How a kind of resource is listed. */
export interface ListView<Item> {
  /** Singular, as in `change/chg-1`. */
  readonly resource: string;
  readonly name: (item: Item) => string;
  readonly columns: readonly Column<Item>[];
}

/** Writes results: data to stdout in the format asked for, remarks to stderr. */
export class Printer {
  readonly style: Style;

  constructor(
    private readonly io: Io,
    readonly format: Format,
    color: boolean,
  ) {
    const noColor = (io.env['NO_COLOR'] ?? '') !== '';
    this.style = color && io.isTerminal && !noColor ? COLORED : PLAIN;
  }

  get isText(): boolean {
    return this.format === 'table' || this.format === 'wide';
  }

  list<Item>(view: ListView<Item>, items: readonly Item[]): void {
    if (this.format === 'name')
      return this.text(items.map((item) => `${view.resource}/${view.name(item)}\n`).join(''));
    if (!this.isText) return this.data({ apiVersion: 'weir.dev/v1', kind: 'List', items });
    if (items.length === 0) return this.remark(`no ${view.resource} found`);
    this.text(table(view.columns, items, this.format === 'wide'));
  }

  /** A single resource: `human` makes the text for people. */
  one<Item>(view: ListView<Item>, item: Item, human: () => string): void {
    if (this.format === 'name') return this.text(`${view.resource}/${view.name(item)}\n`);
    if (this.isText) return this.text(human());
    this.data(item);
  }

  /** A result that is no resource; `name` prints like `table`. */
  result(value: unknown, human: () => string): void {
    if (this.isText || this.format === 'name') this.text(human());
    else this.data(value);
  }

  data(value: unknown): void {
    this.text(
      this.format === 'yaml'
        ? stringify(value, { lineWidth: 0 })
        : `${JSON.stringify(value, null, 2)}\n`,
    );
  }

  text(text: string): void {
    this.io.stdout(text === '' || text.endsWith('\n') ? text : `${text}\n`);
  }

  remark(text: string): void {
    this.io.stderr(`${text}\n`);
  }
}
