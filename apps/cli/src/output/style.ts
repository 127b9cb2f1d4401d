/** Colours for people; plain text when stdout is no terminal or NO_COLOR is set. */
export interface Style {
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
  readonly strong: Paint;
}
type Paint = (text: string) => string;

const plain = (text: string): string => text;
const sgr = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;

export const PLAIN: Style = { good: plain, bad: plain, warn: plain, strong: plain };
export const COLORED: Style = {
  good: sgr(32),
  bad: sgr(31),
  warn: sgr(33),
  strong: sgr(1),
};
