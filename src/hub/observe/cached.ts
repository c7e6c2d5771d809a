// Caches answers that are expensive and that anyone may request, as often as they like.
import type { Clock } from "../clock.ts";

/** Calls `read` once in `maxAgeMs` at most; calls in between share its answer, a failure too. */
export function cached<T>(read: () => Promise<T>, maxAgeMs: number, clock: Clock): () => Promise<T> {
  let answer: { readonly value: Promise<T>; readonly readAtMs: number } | null = null;
  return () => {
    const nowMs = clock.now();
    // A clock that was turned back must not make an old answer young.
    if (answer === null || Math.abs(nowMs - answer.readAtMs) >= maxAgeMs) answer = { value: read(), readAtMs: nowMs };
    return answer.value;
  };
}
