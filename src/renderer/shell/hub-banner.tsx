// The banner above a page while the hub is not reachable or its disk fills up: what happened and what to do.
import type { HubInfo } from "../../shared/api.ts";
import { hubClock } from "../api/hub-clock.ts";
import { startHub } from "../api/platform.ts";
import { useHub } from "../api/queries.ts";
import { useSignal } from "../api/signal.ts";
import { type ShownHubState, useHubState } from "../api/use-hub-state.ts";
import { useLive } from "../api/use-live.ts";
import { formatSpan } from "../i18n/times.ts";
import styles from "./hub-banner.module.css";

/** Keeps a number and its unit on one line. */
const NO_BREAK_SPACE = "\u00a0";
/** A smaller offset does not mislead readers of ages and charts. */
const MIN_SHOWN_CLOCK_OFFSET_MS = 120_000;
const MINUTE_MS = 60_000;

export function HubBanner() {
  const state = useHubState();
  const connection = useSignal(useLive().connection);
  const { data: hub } = useHub();
  if (state.kind === "failed") {
    return (
      <div className={`${styles["banner"]} ${styles["failed"]}`} role="alert">
        <strong>The hub cannot run.</strong> {state.reason}
        <p className={styles["action"]}>
          <button type="button" className="button small" onClick={startHub}>
            Try again
          </button>
        </p>
      </div>
    );
  }
  const message = connectionMessage(state, connection === "lost");
  return (
    <div role="status">
      {message !== null && <div className={styles["banner"]}>{message}</div>}
      {message === null && hub !== undefined && <DiskWarning hub={hub} />}
      {message === null && <ClockWarning />}
    </div>
  );
}

function ClockWarning() {
  const offsetMs = useSignal(hubClock.offsetMs);
  // The offset is known to a second or so: two hours less half a second are two hours.
  const distanceMs = Math.round(Math.abs(offsetMs) / MINUTE_MS) * MINUTE_MS;
  if (distanceMs < MIN_SHOWN_CLOCK_OFFSET_MS) return null;
  return (
    <div className={styles["banner"]}>
      <strong>
        This computer’s clock is {formatSpan(distanceMs)} {offsetMs < 0 ? "ahead of" : "behind"} the hub’s.
      </strong>
      <p>This page goes by the hub’s clock. Set the one that is wrong: readings without a time get that of the hub.</p>
    </div>
  );
}

function DiskWarning({ hub: { disk, dataFolder } }: { readonly hub: HubInfo }) {
  switch (disk) {
    case "ok":
      return null;
    case "low":
      return (
        <div className={styles["banner"]}>
          <strong>The hub’s disk is getting full: less than 2{NO_BREAK_SPACE}GB is free.</strong>
          <p>
            Free some space on the drive of <code>{dataFolder}</code>, or move that folder to a larger drive. Under 16
            {NO_BREAK_SPACE}MB nothing more is stored.
          </p>
        </div>
      );
    case "full":
      return (
        <div className={`${styles["banner"]} ${styles["failed"]}`}>
          <strong>The hub’s disk is full: no new readings are stored.</strong>
          <p>
            Free some space on the drive of <code>{dataFolder}</code>, or move that folder to a larger drive; storing
            then goes on by itself. Devices that send over MQTT with QoS{NO_BREAK_SPACE}1 or 2 repeat what was not
            acknowledged. What comes with QoS{NO_BREAK_SPACE}0, or over HTTP from scripts that do not try again, is lost
            meanwhile.
          </p>
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
      return "The hub is starting…";
    case "restarting":
      return `The hub stopped and is starting again. ${state.reason}`;
    case "running":
      return isConnectionLost ? "Not connected to the hub. Trying again…" : null;
  }
}
