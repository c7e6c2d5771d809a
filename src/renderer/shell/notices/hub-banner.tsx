// The notice on every page while the hub is not reachable: what happened.
import { useSignal } from "../../api/feed/signal.ts";
import { useLive } from "../../api/feed/use-live.ts";
import { startHub } from "../../api/platform.ts";
import { type ShownHubState, useHubState } from "../../api/use-hub-state.ts";
import { text } from "../../i18n/text.ts";
import styles from "./notices.module.css";

export function HubBanner() {
  const state = useHubState();
  const connection = useSignal(useLive().connection);
  if (state.kind === "failed") {
    return (
      <div className={`${styles["notice"]} ${styles["failed"]}`} role="alert">
        <strong>{text.connection.cannotRun}</strong> {state.reason}
        <p className={styles["action"]}>
          <button type="button" className="button small" onClick={startHub}>
            {text.words.tryAgain}
          </button>
        </p>
      </div>
    );
  }
  const message = connectionMessage(state, connection === "lost");
  return <div role="status">{message !== null && <div className={styles["notice"]}>{message}</div>}</div>;
}

function connectionMessage(
  state: Exclude<ShownHubState, { kind: "failed" }>,
  isConnectionLost: boolean,
): string | null {
  switch (state.kind) {
    case "starting":
      return text.connection.starting;
    case "restarting":
      return text.connection.restarting(state.reason);
    case "running":
      return isConnectionLost ? text.connection.notConnected : null;
  }
}
