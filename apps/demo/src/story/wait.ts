/** What did not happen in time; the story notes it and goes on. */
export class NotSeen extends Error {
  constructor(what: string, deadlineMs: number) {
    super(`${what} was not seen within ${Math.round(deadlineMs / 1000)} s`);
    this.name = 'NotSeen';
  }
}

const POLL_MS = 200;

/** Asks again and again until there is an answer. */
export async function waitFor<T>(
  what: string,
  deadlineMs: number,
  ask: () => Promise<T | null>,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > end) throw new NotSeen(what, deadlineMs);
    await pause(POLL_MS);
  }
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));
