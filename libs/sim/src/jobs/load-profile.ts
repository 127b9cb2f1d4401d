/** Multiple of the nominal load at a time; linear between the points, flat outside. */
export type LoadProfile = readonly { readonly atMs: number; readonly scale: number }[];

export interface LoadStep {
  readonly scale: number;
  /** When the next step begins, virtual ms; Infinity: never. */
  readonly untilMs: number;
}

/** A ramp becomes steps of this much of the nominal load, none shorter than this. */
const STEP_SCALE = 0.05;
const SHORTEST_STEP_MS = 100;
const EPSILON_MS = 1e-6;

/** The step that holds at `nowMs`: its scale is the ramp's in the middle of the step. */
export function loadStep(profile: LoadProfile | null, nowMs: number): LoadStep {
  const first = profile?.[0];
  if (profile === null || first === undefined) return { scale: 1, untilMs: Infinity };
  const at = nowMs + EPSILON_MS;
  if (at < first.atMs) return { scale: first.scale, untilMs: first.atMs };
  for (let i = 1; i < profile.length; i++) {
    const from = profile[i - 1] ?? first;
    const to = profile[i] ?? first;
    if (at >= to.atMs) continue;
    const spanMs = to.atMs - from.atMs;
    const difference = to.scale - from.scale;
    const most = Math.max(1, Math.floor(spanMs / SHORTEST_STEP_MS));
    const steps = Math.min(most, Math.max(1, Math.ceil(Math.abs(difference) / STEP_SCALE)));
    const step = Math.min(steps - 1, Math.floor(((at - from.atMs) / spanMs) * steps));
    return {
      scale: from.scale + (difference * (step + 0.5)) / steps,
      untilMs: step === steps - 1 ? to.atMs : from.atMs + (spanMs * (step + 1)) / steps,
    };
  }
  return { scale: profile.at(-1)?.scale ?? 1, untilMs: Infinity };
}
