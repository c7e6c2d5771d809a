// The notices at the end of every page: the hub is unreachable, its disk fills up, a clock is wrong, the doctor found problems.
import { Suspense } from "react";
import { useMay } from "../../api/me.ts";
import { useGoingDevices } from "../../api/queries.ts";
import { NOTICES_ID } from "../../ui/notices-id.ts";
import { lazyPage } from "../lazy-page.ts";
import { WhenIdle } from "../when-idle.tsx";
import { DoctorNotice } from "./doctor-notice.tsx";
import { HubBanner } from "./hub-banner.tsx";
import styles from "./notices.module.css";

// Lazy, since it is rare and has its own texts.
const TrialNotice = lazyPage(async () => (await import("./trial-notice.tsx")).TrialNotice);
const RemovalNotices = lazyPage(async () => (await import("./removal-notice.tsx")).RemovalNotices);

export function Notices({ hasHubFailed }: { readonly hasHubFailed: boolean }) {
  const isAdmin = useMay("admin");
  const { data: going = [] } = useGoingDevices();
  return (
    <div id={NOTICES_ID} className={styles["notices"]}>
      {isAdmin && !hasHubFailed && (
        <WhenIdle>
          <Suspense fallback={null}>
            <TrialNotice />
          </Suspense>
        </WhenIdle>
      )}
      {isAdmin && !hasHubFailed && going.length > 0 && (
        <Suspense fallback={null}>
          <RemovalNotices devices={going} />
        </Suspense>
      )}
      {!hasHubFailed && <DoctorNotice />}
      <HubBanner />
    </div>
  );
}
