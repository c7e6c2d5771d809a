// One finding: what is wrong or may be, the remedy, and a command for it.
import { CircleCheck, CircleX, type LucideIcon, TriangleAlert } from "lucide-react";
import type { Check, CheckState } from "../../../shared/doctor.ts";
import { Copyable } from "../../ui/copyable.tsx";
import { WithFlags } from "../../ui/with-flags.tsx";
import styles from "./finding.module.css";

/** How bad it is, where colours do not say so. */
const ICONS: Readonly<Record<CheckState, LucideIcon>> = { wrong: CircleX, hint: TriangleAlert, fine: CircleCheck };

export function Finding({ check: { state, title, message, remedy, command } }: { readonly check: Check }) {
  const Icon = ICONS[state];
  return (
    <li className={`${styles["finding"]} ${styles[state]}`}>
      <h2>
        <Icon className="icon" aria-hidden="true" />
        {title}
      </h2>
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
