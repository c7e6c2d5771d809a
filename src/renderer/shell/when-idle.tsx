// Renders its children once the browser is idle, so that their loading does not delay the first paint.
import { type ReactNode, useEffect, useState } from "react";

const LATEST_MS = 2_000;
/** For browsers without requestIdleCallback. */
const USUAL_DELAY_MS = 200;

export function WhenIdle({ children }: { readonly children: ReactNode }) {
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    if (typeof requestIdleCallback === "undefined") {
      const timer = setTimeout(() => setIdle(true), USUAL_DELAY_MS);
      return () => clearTimeout(timer);
    }
    const request = requestIdleCallback(() => setIdle(true), { timeout: LATEST_MS });
    return () => cancelIdleCallback(request);
  }, []);
  return isIdle ? children : null;
}
