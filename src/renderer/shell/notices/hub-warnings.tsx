// Warnings on every page while the hub's disk fills up, or a clock is wrong: what that means and what to do.
import type { HubInfo } from "../../../shared/api.ts";
import { MINUTE_MS } from "../../../shared/time.ts";
import { hubClock } from "../../api/feed/hub-clock.ts";
import { useSignal } from "../../api/feed/signal.ts";
import { useHub } from "../../api/queries.ts";
import { warningsText as t } from "../../i18n/later/warnings-text.ts";
import { formatSpan } from "../../i18n/times.ts";
import styles from "./notices.module.css";

/** A smaller offset does not mislead readers of ages and charts. */
const MIN_SHOWN_CLOCK_OFFSET_MS = 120_000;

export function HubWarnings() {
  const { data: hub } = useHub();
  return (
    <div role="status">
      {hub !== undefined && <DiskWarning hub={hub} />}
      <ClockWarning />
    </div>
  );
}

function ClockWarning() {
  const offsetMs = useSignal(hubClock.offsetMs);
  // The offset is accurate to about a second, so it is rounded: two hours less half a second are two hours.
  const distanceMs = Math.round(Math.abs(offsetMs) / MINUTE_MS) * MINUTE_MS;
  if (distanceMs < MIN_SHOWN_CLOCK_OFFSET_MS) return null;
  return (
    <div className={styles["notice"]}>
      <strong>{offsetMs < 0 ? t.clockAhead(formatSpan(distanceMs)) : t.clockBehind(formatSpan(distanceMs))}</strong>
      <p>{t.clockAdvice}</p>
    </div>
  );
}

function DiskWarning({ hub: { disk, dataFolder } }: { readonly hub: HubInfo }) {
  switch (disk) {
    case "ok":
      return null;
    case "low":
      return (
        <div className={styles["notice"]}>
          <strong>{t.diskLow}</strong>
          <p>{t.diskLowAdvice(dataFolder)}</p>
        </div>
      );
    case "full":
      return (
        <div className={`${styles["notice"]} ${styles["failed"]}`}>
          <strong>{t.diskFull}</strong>
          <p>{t.diskFullAdvice(dataFolder)}</p>
        </div>
      );
  }
}
