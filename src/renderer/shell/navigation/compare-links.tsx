// The links to the page that compares, and to the comparisons that people named.
import { ChartSpline } from "lucide-react";
import { useViews } from "../../api/history/views.ts";
import { text } from "../../i18n/text.ts";
import { LINKS, type Route } from "../use-route.ts";
import styles from "./navigation.module.css";

export function CompareLinks({ route }: { readonly route: Route }) {
  const { data: views = [] } = useViews();
  const shown = route.kind === "compare" ? route.view : undefined;
  return (
    <>
      <a className={styles["page"]} href={LINKS.compare} aria-current={shown === null ? "page" : undefined}>
        <ChartSpline aria-hidden="true" />
        <span>{text.shell.compare}</span>
      </a>
      {views.map(({ id, name }) => (
        <a
          key={id}
          className={`${styles["page"]} ${styles["view"]}`}
          href={LINKS.view(id)}
          aria-current={shown === id ? "page" : undefined}
          title={name}
        >
          <span className="cut">{name}</span>
        </a>
      ))}
    </>
  );
}
