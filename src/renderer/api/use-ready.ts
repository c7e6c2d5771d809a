// Whether what a page asks for has come, once: drawn before, its parts would push one another down the page.
import { useIsFetching } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { SLOW } from "./slow.ts";

/** From a moment without questions under way until it counts as the end of them. */
const SETTLE_MS = 50;
/** A page that is waited for no longer: what has come is shown. */
const MAX_WAIT_MS = 2_000;

/** The page is to be laid out meanwhile and not seen: the class `unready`. */
export function useReady(): boolean {
  const [isReady, setReady] = useState(false);
  const isLoading = useIsFetching({ predicate: ({ state, meta }) => state.data === undefined && meta !== SLOW }) > 0;
  useEffect(() => {
    if (isReady) return;
    // The parts ask after they were drawn.
    const timer = setTimeout(() => setReady(true), isLoading ? MAX_WAIT_MS : SETTLE_MS);
    return () => clearTimeout(timer);
  }, [isLoading, isReady]);
  return isReady;
}
