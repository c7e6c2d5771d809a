// A titled piece of code with a copy button.
import type { ReactNode } from "react";
import { Copyable } from "../../ui/copyable.tsx";
import styles from "./snippet.module.css";

interface Props {
  readonly title: string;
  readonly code: string;
  /** Notes below the code. */
  readonly children?: ReactNode;
}

export function Snippet({ title, code, children }: Props) {
  return (
    <section className={`panel ${styles["snippet"]}`}>
      <h2>{title}</h2>
      <Copyable code={code} label={title} />
      {children}
    </section>
  );
}
