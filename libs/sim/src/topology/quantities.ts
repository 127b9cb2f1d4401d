const DECIMAL: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };
const BINARY: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

/** `100G` or `25000000000` in bits per second; null when it is neither. */
export function bitsPerSecondOf(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text);
  const bps = Number(match?.[1]) * (DECIMAL[match?.[2] ?? ''] ?? NaN);
  return bps > 0 ? bps : null;
}

/** `64MB`, `32MiB` or a number of bytes; null when it is neither. */
export function bytesOf(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(?:(K|M|G|Ki|Mi|Gi|)B)?$/.exec(text);
  const unit = match?.[2] ?? '';
  const bytes = Number(match?.[1]) * (DECIMAL[unit] ?? BINARY[unit] ?? NaN);
  return bytes >= 0 ? bytes : null;
}
