// Says when the hub is not there, and that nobody has to do anything about it, or what.
import type { HubState } from "../../shared/bridge.ts";
import { useSignal } from "../api/signal.ts";
import { useHubState } from "../api/use-hub-state.ts";
import { useLive } from "../api/use-live.ts";
import styles from "./hub-banner.module.css";

export function HubBanner() {
  const state = useHubState();
  const connection = useSignal(useLive().connection);
  if (state.kind === "failed") {
    return (
      <div className={`${styles["banner"]} ${styles["failed"]}`} role="alert">
        <strong>The hub cannot run.</strong> {state.reason}
      </div>
    );
  }
  const words = wordsFor(state, connection === "lost");
  return <div role="status">{words !== null && <div className={styles["banner"]}>{words}</div>}</div>;
}

function wordsFor(state: Exclude<HubState, { kind: "failed" }>, isConnectionLost: boolean): string | null {
  switch (state.kind) {
    case "starting":
      return "The hub is starting…";
    case "restarting":
      return `The hub stopped and is starting again. ${state.reason}`;
    case "running":
      return isConnectionLost ? "Not connected to the hub. Trying again…" : null;
  }
}
