// Whether a device is there: told by shape and words, never by colour alone.
import type { Presence as PresenceState } from "../../shared/device.ts";
import { formatMoment } from "../i18n/times.ts";
import { Dot } from "./dot.tsx";
import styles from "./presence.module.css";
import { useNow } from "./use-now.ts";

export function Presence({ online, sinceMs }: PresenceState) {
  const nowMs = useNow(60_000);
  return (
    <span className={styles["presence"]}>
      <Dot look={online ? "here" : "away"} />
      {online ? "online" : `away since ${formatMoment(sinceMs, nowMs)}`}
    </span>
  );
}
