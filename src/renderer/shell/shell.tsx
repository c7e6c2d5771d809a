// The frame around every page: navigation, notices and the hub's status line. Keeps the live connection open while mounted, and
// contains errors of pages.
import { type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { useSignal } from "../api/feed/signal.ts";
import { useLive } from "../api/feed/use-live.ts";
import { useMay } from "../api/me.ts";
import { isDesktop } from "../api/platform.ts";
import { useHubState } from "../api/use-hub-state.ts";
import { text } from "../i18n/text.ts";
import { ArrivalContext, useArrivals } from "./arrival.ts";
import { useDroppedFiles } from "./dropped-file.ts";
import { ErrorBoundary } from "./error-boundary.tsx";
import { lazyPage } from "./lazy-page.ts";
import { Navigation } from "./navigation/navigation.tsx";
import { useFindKey } from "./navigation/use-find-key.ts";
import { Announcer } from "./notices/announcer.tsx";
import { Notices } from "./notices/notices.tsx";
import styles from "./shell.module.css";
import { HubStatus } from "./status/hub-status.tsx";
import { useLostFocus } from "./use-lost-focus.ts";
import { pageOf, type Route } from "./use-route.ts";

/** In a browser it is the browser that saves. */
const SaveToast = lazyPage(async () => (await import("./notices/save-toast.tsx")).SaveToast);
const CommandPalette = lazyPage(async () => (await import("./palette/command-palette.tsx")).CommandPalette);

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
  /** The page that it was opened on: going back, or another link, closes it. */
  const [findingOn, setFindingOn] = useState<string>();
  if (findingOn && findingOn !== page) setFindingOn(undefined);
  useFindKey(() => setFindingOn(page));
  useDroppedFiles(useMay("admin"));
  const arrival = useArrivals(page, main);
  useLostFocus(main);

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
        <Navigation route={route} onFind={() => setFindingOn(page)} />
        <main ref={main} tabIndex={-1} data-page={route.kind}>
          {/* Without a hub a page would show only errors, whose buttons cannot start it. */}
          {!hasFailed && <ErrorBoundary key={page}>{children}</ErrorBoundary>}
          <Notices hasHubFailed={hasFailed} />
        </main>
        <HubStatus />
        {isDesktop && (
          <Suspense fallback={null}>
            <SaveToast />
          </Suspense>
        )}
        <Announcer />
        {findingOn && (
          <ErrorBoundary instead={null}>
            <Suspense fallback={null}>
              <CommandPalette onClosed={() => setFindingOn(undefined)} />
            </Suspense>
          </ErrorBoundary>
        )}
      </div>
    </ArrivalContext>
  );
}
