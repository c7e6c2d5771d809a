// One finding: what is wrong or may be, the remedy, and a command for it.
import type { Check } from "../../../shared/doctor.ts";
import { Copyable } from "../../ui/copyable.tsx";
import { WithFlags } from "../../ui/with-flags.tsx";
import styles from "./finding.module.css";

export function Finding({ check: { state, title, message, remedy, command } }: { readonly check: Check }) {
  return (
    <li className={`${styles["finding"]} ${styles[state]}`}>
      <h2>{title}</h2>
      <p>
        <WithFlags sentence={message} />
      </p>
      {remedy !== undefined && (
        <p className={styles["remedy"]}>
          <WithFlags sentence={remedy} />
        </p>
      )}
      {command !== undefined && (
        <div className={styles["command"]}>
          <Copyable code={command} label={title} />
        </div>
      )}
    </li>
  );
}
