// The links to the comparisons that people named: last, so that they move no other link when they come late.
import { useViews } from "../../api/history/views.ts";
import { text } from "../../i18n/text.ts";
import { LINKS } from "../use-route.ts";
import styles from "./navigation.module.css";

/** `shown`: the id of the one that is open. */
export function ViewLinks({ shown }: { readonly shown: string | null }) {
  const { data: views = [] } = useViews();
  if (views.length === 0) return null;
  return (
    <>
      <p className={styles["views"]}>{text.shell.views}</p>
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
