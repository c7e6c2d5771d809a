// Above the overview where a link led to no page that one may see: what was wrong with it.
import { warningsText as t } from "../../i18n/later/warnings-text.ts";
import type { Route } from "../use-route.ts";
import styles from "./wrong-link.module.css";

export function WrongLink({ route }: { readonly route: Route }) {
  return (
    <p className={styles["wrong"]} role="status">
      {route.kind === "unknown" ? (route.isReadable ? t.unknownLink : t.badLink)(route.link) : t.notForYou}
    </p>
  );
}
