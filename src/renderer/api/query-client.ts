// The cache of the hub's answers.
import { type DefaultError, type Query, type QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiFailure, isSignedOut, latestRefusal } from "./client.ts";
import { QUERY_KEYS } from "./queries.ts";

export function createQueryClient(): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      // The browser's "offline" is about the internet: the hub may be on this computer.
      queries: { staleTime: Number.POSITIVE_INFINITY, retry: shouldRetry, networkMode: "always" },
      mutations: { networkMode: "always" },
    },
  });
  keepFailures(queries.getQueryCache());
  latestRefusal.subscribe(() => askWhoLooks(queries));
  return queries;
}

/** A 4xx answer is final; a hub that restarts answers again within two retries. */
function shouldRetry(failures: number, error: DefaultError): boolean {
  return failures < 2 && !(error instanceof ApiFailure && error.status < 500);
}

/** Whether the session has ended, or what it may do is less: no page has to wait for its turn to find out. */
function askWhoLooks(queries: QueryClient): void {
  const queryKey = isSignedOut(latestRefusal.get()) ? QUERY_KEYS.hub : QUERY_KEYS.me;
  // Its own refusal would have it asked for ever.
  if (queries.isFetching({ queryKey }) === 0) void queries.invalidateQueries({ queryKey });
}

/**
 * Asked again, a query without data would forget that it failed: whatever shows the failure would come and go, and with it the
 * focus and what is typed there. It stays until there is an answer, or nobody looks.
 */
function keepFailures(cache: QueryCache): void {
  const failures = new WeakMap<Query, Error>();
  cache.subscribe((event) => {
    const { query, type } = event;
    const { data, error } = query.state;
    const failure = failures.get(query);
    if (type === "updated" && event.action.type === "fetch") {
      if (failure !== undefined && data === undefined) query.setState({ status: "error", error: failure });
    } else if (type === "observerRemoved" && query.getObserversCount() === 0) failures.delete(query);
    else if (type === "updated" && error !== null) failures.set(query, error);
    else if (type === "updated") failures.delete(query);
  });
}
