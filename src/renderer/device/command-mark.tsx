// The state of a command, by shape as well as colour: a tick, a cross, or a ring while it is pending.
import type { CommandState } from "../../shared/controls/command.ts";
import styles from "./command-mark.module.css";

export function CommandMark({ state }: { readonly state: CommandState | "sending" }) {
  const isBad = state === "failed" || state === "expired";
  if (isBad || state === "done")
    return (
      <span className={isBad ? styles["cross"] : styles["tick"]} aria-hidden="true">
        {isBad ? "✕" : "✓"}
      </span>
    );
  return <span className={styles["waits"]} aria-hidden="true" />;
}
