// One thing that is wrong, or may be: what it is, what to do, and the command that does it.
import type { Check } from "../../../shared/doctor.ts";
import { Copyable } from "../../ui/copyable.tsx";
import styles from "./doctor-finding.module.css";

export function DoctorFinding({ check: { state, title, words, todo, command } }: { readonly check: Check }) {
  return (
    <li className={`${styles["finding"]} ${styles[state]}`}>
      <h2>{title}</h2>
      <p>{words}</p>
      {todo !== undefined && <p className={styles["todo"]}>{todo}</p>}
      {command !== undefined && (
        <div className={styles["command"]}>
          <Copyable code={command} label={title} />
        </div>
      )}
    </li>
  );
}
