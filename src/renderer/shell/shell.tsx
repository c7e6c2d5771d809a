// The frame around every page: navigation, notices and the hub's status line. While it is mounted it keeps the live connection
// open. An error in a page stays within it.
import { type ReactNode, useEffect, useRef } from "react";
import { useSignal } from "../api/signal.ts";
import { useHubState } from "../api/use-hub-state.ts";
import { useLive } from "../api/use-live.ts";
import { text } from "../i18n/text.ts";
import { ArrivalContext, useArrivals } from "./arrival.ts";
import { ErrorBoundary } from "./error-boundary.tsx";
import { HubStatus } from "./hub-status.tsx";
import { Navigation } from "./navigation.tsx";
import { Notices } from "./notices.tsx";
import { SaveToast } from "./save-toast.tsx";
import styles from "./shell.module.css";
import { pageOf, type Route } from "./use-route.ts";

interface Props {
  readonly route: Route;
  /** The page that the route leads to. */
  readonly children: ReactNode;
}

export function Shell({ route, children }: Props) {
  const live = useLive();
  const isLost = useSignal(live.connection) === "lost";
  const hasFailed = useHubState().kind === "failed";
  const main = useRef<HTMLElement>(null);
  const page = pageOf(route);
  const arrival = useArrivals(page, main);

  useEffect(() => {
    const ending = new AbortController();
    void live.run(ending.signal);
    return () => ending.abort();
  }, [live]);

  return (
    <ArrivalContext value={arrival}>
      <div className={styles["shell"]} data-connection={isLost ? "lost" : undefined}>
        <button type="button" className={`button ${styles["skip"]}`} onClick={() => main.current?.focus()}>
          {text.shell.skipToPage}
        </button>
        <Navigation route={route} />
        <main ref={main} tabIndex={-1}>
          {/* Of a hub that cannot run a page has nothing but failures, whose buttons do not start it. */}
          {!hasFailed && <ErrorBoundary key={page}>{children}</ErrorBoundary>}
          <Notices hasHubFailed={hasFailed} />
        </main>
        <HubStatus />
        <SaveToast />
      </div>
    </ArrivalContext>
  );
}
