// Rows with buttons that move by themselves: while a person is about to press one, they stay where they are.
import { type ReactNode, useRef } from "react";
import { useSteadyList } from "./hooks/use-steady-list.ts";
import styles from "./rows.module.css";

interface Props<Item> {
  readonly items: readonly Item[];
  readonly idOf: (item: Item) => string;
  readonly children: (item: Item) => ReactNode;
}

export function SteadyRows<Item>({ items, idOf, children }: Props<Item>) {
  const list = useRef<HTMLUListElement>(null);
  const shown = useSteadyList(items, idOf, list);
  return (
    <ul ref={list} className={`panel ${styles["rows"]}`}>
      {shown.map((item) => (
        <li key={idOf(item)}>{children(item)}</li>
      ))}
    </ul>
  );
}
