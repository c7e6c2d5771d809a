// Polls until a condition of another program holds.

/**
 * Resolves with the first result of `ask` that is not undefined; rejects after `withinMs`. `pauseMs` is the poll interval: longer
 * where each poll starts a program, which takes CPU time from what it waits for.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  withinMs = 30_000,
  pauseMs = 10,
): Promise<T> {
  const endMs = performance.now() + withinMs;
  while (performance.now() < endMs) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`${what}: not within ${withinMs} ms`);
}
