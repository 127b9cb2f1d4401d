/** Colours for terminals; plain text where there is none, or NO_COLOR is set. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
}

export function styleFor(colour: boolean): Style {
  const paint =
    (code: number) =>
    (text: string): string =>
      colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  return { strong: paint(1), good: paint(32), bad: paint(31), warn: paint(33), dim: paint(2) };
}
