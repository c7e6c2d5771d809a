// Whether the first responses to a page's queries have arrived: rendered earlier, its parts would shift one another.
import { useIsFetching } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { SLOW } from "./slow.ts";

/** From a moment without questions under way until it counts as the end of them. */
const SETTLE_MS = 50;
/** After this time the page is shown with the responses that have arrived. */
const MAX_WAIT_MS = 2_000;

/** The page is to be laid out meanwhile and not seen: the class `unready`. */
export function useReady(): boolean {
  const [isReady, setReady] = useState(false);
  const isLoading = useIsFetching({ predicate: ({ state, meta }) => state.data === undefined && meta !== SLOW }) > 0;
  useEffect(() => {
    if (isReady) return;
    // Parts start their queries after they were rendered.
    const timer = setTimeout(() => setReady(true), isLoading ? MAX_WAIT_MS : SETTLE_MS);
    return () => clearTimeout(timer);
  }, [isLoading, isReady]);
  return isReady;
}
