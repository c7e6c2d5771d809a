// What every page says at its end: the hub is not reachable, its disk fills up, a clock is wrong, its checks found something.
import { DoctorNotice } from "./doctor-notice.tsx";
import { HubBanner } from "./hub-banner.tsx";
import styles from "./notices.module.css";

export function Notices({ hasHubFailed }: { readonly hasHubFailed: boolean }) {
  return (
    <div className={styles["notices"]}>
      {!hasHubFailed && <DoctorNotice />}
      <HubBanner />
    </div>
  );
}
