/**
 * Names chosen by a pattern: `*` stands for any text, `[1-4]` for the numbers of a range, and a
 * trailing `1-4` for the same unless a name is exactly the pattern. Order is that of the names.
 */
export function matching(pattern: string, names: readonly string[]): string[] {
  if (names.includes(pattern)) return [pattern];
  const trailing = /^(.*?)(\d+)-(\d+)$/.exec(pattern);
  const text =
    trailing === null ? pattern : `${trailing[1] ?? ''}[${trailing[2] ?? ''}-${trailing[3] ?? ''}]`;
  const expression = new RegExp(`^${text.replace(/\[(\d+)-(\d+)\]|[^A-Za-z0-9]/g, part)}$`);
  const ranges = [...text.matchAll(/\[(\d+)-(\d+)\]/g)].map(
    ([, low, high]) => [Number(low), Number(high)] as const,
  );
  return names.filter((name) => {
    const numbers = expression.exec(name)?.slice(1).map(Number);
    return numbers?.every((value, i) => {
      const [low, high] = ranges[i] ?? [0, 0];
      return value >= low && value <= high;
    });
  });
}

function part(found: string, low: string | undefined): string {
  if (low !== undefined) return '(\\d+)';
  return found === '*' ? '.*' : `\\${found}`;
}
