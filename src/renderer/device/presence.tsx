// Whether a device is online, by shape and text as well as colour.
import type { Presence as PresenceState } from "../../shared/device.ts";
import { useNow } from "../api/use-now.ts";
import { formatMoment } from "../i18n/times.ts";
import { Dot } from "../ui/dot.tsx";
import styles from "./presence.module.css";

export function Presence({ online, sinceMs }: PresenceState) {
  const nowMs = useNow(60_000);
  return (
    <span className={styles["presence"]}>
      <Dot state={online ? "online" : "offline"} />
      {online ? "online" : `away since ${formatMoment(sinceMs, nowMs)}`}
    </span>
  );
}
