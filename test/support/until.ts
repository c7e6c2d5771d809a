// Waits for something that another program does, and that can only be asked for: again and again, until it is so.

/**
 * Resolves with the first answer of `ask` that is not undefined; rejects after `withinMs`. `pauseMs` lie between two questions: more
 * where each starts a program, which takes the processor from what is waited for.
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
