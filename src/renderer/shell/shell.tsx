// The frame around every page: navigation, the hub's banner and its status line. While it is mounted it keeps the live
// connection open.
import { type ReactNode, useEffect } from "react";
import { useHubState } from "../api/use-hub-state.ts";
import { useLive } from "../api/use-live.ts";
import { HubBanner } from "./hub-banner.tsx";
import { HubStatus } from "./hub-status.tsx";
import { Navigation } from "./navigation.tsx";
import { SaveToast } from "./save-toast.tsx";
import styles from "./shell.module.css";
import type { Route } from "./use-route.ts";

interface Props {
  readonly route: Route;
  /** The page that the route leads to. */
  readonly children: ReactNode;
}

export function Shell({ route, children }: Props) {
  const live = useLive();
  const hasFailed = useHubState().kind === "failed";

  useEffect(() => {
    const ending = new AbortController();
    void live.run(ending.signal);
    return () => ending.abort();
  }, [live]);

  return (
    <div className={styles["shell"]}>
      <Navigation route={route} />
      <main>
        <HubBanner />
        {/* Of a hub that cannot run a page has nothing but failures, whose buttons do not start it. */}
        {!hasFailed && children}
      </main>
      <HubStatus />
      <SaveToast />
    </div>
  );
}
