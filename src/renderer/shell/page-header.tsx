// A page's heading and the window's title; beside it the page's state, at the end its actions.
import { type ReactNode, useRef } from "react";
import { useArrivalFocus } from "./arrival.ts";
import styles from "./page-header.module.css";

interface Props {
  readonly title: string;
  readonly state?: ReactNode;
  readonly children?: ReactNode;
}

export function PageHeader({ title, state, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useArrivalFocus(heading);
  return (
    <header className={styles["header"]}>
      <title>{`${title} · Bramble`}</title>
      <div className={styles["name"]}>
        <h1 ref={heading} className="cut" title={title} tabIndex={-1}>
          {title}
        </h1>
        {state}
      </div>
      {children}
    </header>
  );
}
