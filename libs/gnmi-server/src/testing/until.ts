/** Waits until a condition holds; throws after the deadline with what was waited for. */
export async function until(what: string, holds: () => boolean, deadlineMs = 5_000): Promise<void> {
  const endMs = Date.now() + deadlineMs;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(`waited ${deadlineMs} ms in vain until ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
