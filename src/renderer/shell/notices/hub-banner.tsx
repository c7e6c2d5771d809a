// The notice on every page while the hub is not reachable or its disk fills up: what happened and what to do.
import type { HubInfo } from "../../../shared/api.ts";
import { MINUTE_MS } from "../../../shared/time.ts";
import { hubClock } from "../../api/feed/hub-clock.ts";
import { useSignal } from "../../api/feed/signal.ts";
import { useLive } from "../../api/feed/use-live.ts";
import { startHub } from "../../api/platform.ts";
import { useHub } from "../../api/queries.ts";
import { type ShownHubState, useHubState } from "../../api/use-hub-state.ts";
import { text } from "../../i18n/text.ts";
import { formatSpan } from "../../i18n/times.ts";
import styles from "./notices.module.css";

/** A smaller offset does not mislead readers of ages and charts. */
const MIN_SHOWN_CLOCK_OFFSET_MS = 120_000;

export function HubBanner() {
  const state = useHubState();
  const connection = useSignal(useLive().connection);
  const { data: hub } = useHub();
  if (state.kind === "failed") {
    return (
      <div className={`${styles["notice"]} ${styles["failed"]}`} role="alert">
        <strong>{text.banner.cannotRun}</strong> {state.reason}
        <p className={styles["action"]}>
          <button type="button" className="button small" onClick={startHub}>
            {text.banner.tryAgain}
          </button>
        </p>
      </div>
    );
  }
  const message = connectionMessage(state, connection === "lost");
  return (
    <div role="status">
      {message !== null && <div className={styles["notice"]}>{message}</div>}
      {message === null && hub !== undefined && <DiskWarning hub={hub} />}
      {message === null && <ClockWarning />}
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
      <strong>
        {offsetMs < 0
          ? text.banner.clockAhead(formatSpan(distanceMs))
          : text.banner.clockBehind(formatSpan(distanceMs))}
      </strong>
      <p>{text.banner.clockAdvice}</p>
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
          <strong>{text.banner.diskLow}</strong>
          <p>{text.banner.diskLowAdvice(dataFolder)}</p>
        </div>
      );
    case "full":
      return (
        <div className={`${styles["notice"]} ${styles["failed"]}`}>
          <strong>{text.banner.diskFull}</strong>
          <p>{text.banner.diskFullAdvice(dataFolder)}</p>
        </div>
      );
  }
}

function connectionMessage(
  state: Exclude<ShownHubState, { kind: "failed" }>,
  isConnectionLost: boolean,
): string | null {
  switch (state.kind) {
    case "starting":
      return text.banner.starting;
    case "restarting":
      return text.banner.restarting(state.reason);
    case "running":
      return isConnectionLost ? text.banner.notConnected : null;
  }
}
