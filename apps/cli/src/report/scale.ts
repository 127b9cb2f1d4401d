/** Maps values to pixels; `ticks` are round values inside of the domain. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
}

/** From 0 or the least value to a round number above the largest one. */
export function linearScale(max: number, fromPx: number, toPx: number, wanted = 4): Scale {
  const top = max > 0 ? max : 1;
  const step = roundStep(top / wanted);
  const end = Math.ceil(top / step - 1e-9) * step;
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, i) => i * step);
  return Object.assign((value: number) => fromPx + (value / end) * (toPx - fromPx), { ticks });
}

/** Whole powers of ten around the values; for what spans more than a linear axis can show. */
export function logScale(min: number, max: number, fromPx: number, toPx: number): Scale {
  const low = Math.floor(Math.log10(min));
  const high = Math.max(low + 1, Math.ceil(Math.log10(max)));
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  const at = (value: number): number =>
    (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low);
  return Object.assign((value: number) => fromPx + at(value) * (toPx - fromPx), { ticks });
}

/** 1, 2 or 5 times a power of ten, at least `raw`. */
function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= raw * (1 - 1e-9)) ?? 10;
  return factor * power;
}
