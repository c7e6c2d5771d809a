// The notices at the end of every page: the hub is unreachable, its disk fills up, a clock is wrong, and those that are rare.
import { Suspense } from "react";
import { NOTICES_ID } from "../../ui/notices-id.ts";
import { ErrorBoundary } from "../error-boundary.tsx";
import { lazyPage } from "../lazy-page.ts";
import { WhenIdle } from "../when-idle.tsx";
import { HubBanner } from "./hub-banner.tsx";
import styles from "./notices.module.css";

const LateNotices = lazyPage(async () => (await import("./late-notices.tsx")).LateNotices);

export function Notices({ hasHubFailed }: { readonly hasHubFailed: boolean }) {
  return (
    <div id={NOTICES_ID} className={styles["notices"]}>
      {!hasHubFailed && (
        <ErrorBoundary instead={null}>
          <WhenIdle>
            <Suspense fallback={null}>
              <LateNotices />
            </Suspense>
          </WhenIdle>
        </ErrorBoundary>
      )}
      <HubBanner />
    </div>
  );
}
