// Whether a device is online, by shape and text as well as colour, and whether it exists. Without the hub only the past is known.
import type { Presence as PresenceState } from "../../shared/device.ts";
import { useSignal } from "../api/feed/signal.ts";
import { useLive } from "../api/feed/use-live.ts";
import { useNow } from "../api/feed/use-now.ts";
import { text } from "../i18n/text.ts";
import { formatExact, formatMoment } from "../i18n/times.ts";
import { Dot } from "../ui/dot.tsx";
import styles from "./presence.module.css";

interface Props extends PresenceState {
  /** The hub makes up what it sends. */
  readonly simulated?: boolean | undefined;
}

export function Presence({ online, sinceMs, simulated = false }: Props) {
  const nowMs = useNow(60_000);
  const isLost = useSignal(useLive().connection) === "lost";
  const isKnown = !(online && isLost);
  return (
    <span className={styles["presence"]} title={formatExact(sinceMs)}>
      {simulated && <span className={styles["simulated"]}>{text.presence.simulated}</span>}
      <Dot state={online && isKnown ? "online" : "offline"} />
      {online
        ? isKnown
          ? text.presence.online
          : text.presence.wasOnline
        : text.presence.awaySince(formatMoment(sinceMs, nowMs))}
    </span>
  );
}
