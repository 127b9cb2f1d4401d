const WIDTH = 30;

/** `[#####.....] 12 of 90, 4 min left`; how long is left is known once something is done. */
export function progressLine(done: number, total: number, elapsedMs: number): string {
  const filled = total === 0 ? WIDTH : Math.round((done / total) * WIDTH);
  const bar = '#'.repeat(filled).padEnd(WIDTH, '.');
  const left = done === 0 ? '' : `, ${duration((elapsedMs / done) * (total - done))} left`;
  return `[${bar}] ${done} of ${total}${done === total ? '' : left}`;
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
