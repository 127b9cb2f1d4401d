const round = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

/** `3s`, `12m`, `5h`, `2d`: how long ago, as short as it is useful. */
export function age(sinceMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - sinceMs) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

export const time = (ms: number): string => new Date(ms).toISOString();

export function capacity(bps: number): string {
  for (const [unit, scale] of [
    ['T', 1e12],
    ['G', 1e9],
    ['M', 1e6],
    ['K', 1e3],
  ] as const)
    if (bps >= scale) return `${round(bps / scale, 3)}${unit}`;
  return String(bps);
}

/** A value of unknown type in one line: plain ones as they are, others as JSON, nothing as unknown. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'unknown';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export const percent = (ratio: number | null, digits = 1): string =>
  ratio === null ? 'unknown' : `${round(ratio * 100, digits)} %`;

export const millis = (ms: number | null): string =>
  ms === null ? 'unknown' : `${round(ms, ms < 10 ? 2 : 1)} ms`;

export const signedPercent = (ratio: number): string =>
  `${ratio > 0 ? '+' : ''}${round(ratio * 100, 1)} %`;
