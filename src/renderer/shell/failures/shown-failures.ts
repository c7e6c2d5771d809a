// The errors that parts of the page show in their own place. Any other is shown by the notice at the page's end.
import { useLayoutEffect } from "react";
import { Signal } from "../../api/feed/signal.ts";

export const shownFailures = new Signal<ReadonlySet<Error>>(new Set());

/** A layout effect: the notice would be seen for a moment. */
export function useShownFailure(error: Error | null): void {
  useLayoutEffect(() => {
    if (error === null) return;
    shownFailures.set(new Set([...shownFailures.get(), error]));
    return () => shownFailures.set(new Set([...shownFailures.get()].filter((one) => one !== error)));
  }, [error]);
}
