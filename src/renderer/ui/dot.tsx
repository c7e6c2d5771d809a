// The mark beside words on whether somebody is there: full, a ring, or breathing.
import styles from "./dot.module.css";

export function Dot({ look }: { readonly look: "here" | "away" | "awaited" }) {
  return <i className={`${styles["dot"]} ${styles[look]}`} aria-hidden="true" />;
}
