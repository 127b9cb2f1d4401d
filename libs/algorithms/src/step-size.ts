/**
 * The loop seen as an integrator that acts on what it measured d intervals ago: of the imbalance x
 * it moves the share a per interval, x(t + 1) = x(t) - a x(t - d). Its characteristic equation is
 * z^(d+1) - z^d + a = 0.
 */

/**
 * Largest share of a computed imbalance to move per interval, in (0, 1], such that the imbalance
 * dies out without changing its sign, whatever it was before: d^d / (d + 1)^(d + 1), which is 1,
 * 0.25, 0.148, 0.105 for d = 0..3. Without oscillation the equation needs a positive root, that is
 * a = z^d (1 - z) with 0 < z < 1; the right side is largest at z = d / (d + 1). Necessary and
 * sufficient (Ladas, J. Math. Anal. Appl. 153, 1990; Gyori and Ladas, Oscillation Theory of Delay
 * Differential Equations, 1991, chapter 7).
 *
 * `delayIntervals`: measured time from the change to its effect in the telemetry, in intervals;
 * a part of one counts whole. Below 0 counts as 0; what is not known (NaN) or never ends moves
 * nothing.
 */
export function stepSize(delayIntervals: number): number {
  if (!Number.isFinite(delayIntervals)) return 0;
  const d = Math.max(0, Math.ceil(delayIntervals));
  // (d / (d + 1))^d / (d + 1) is the same and does not overflow.
  return (d / (d + 1)) ** d / (d + 1);
}

/**
 * Share from which on the loop no longer settles: 2 sin(pi / (2 (2 d + 1))), which is 2, 1, 0.618,
 * 0.445 for d = 0..3 (Levin and May, Theor. Pop. Biol. 9, 1976). It lies where z = exp(i phi) is a
 * root: |z - 1| = a and the angles of z^d and of -(z - 1) cancel. `delayIntervals` is a whole
 * number from 0 on.
 */
export function criticalStep(delayIntervals: number): number {
  return 2 * Math.sin(Math.PI / (2 * (2 * delayIntervals + 1)));
}
