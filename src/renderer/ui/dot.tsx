// The state mark beside a label: a full dot is online, a ring is offline, a pulsing one is waiting.
import styles from "./dot.module.css";

export function Dot({ state }: { readonly state: "online" | "offline" | "waiting" }) {
  return <i className={`${styles["dot"]} ${styles[state]}`} aria-hidden="true" />;
}
