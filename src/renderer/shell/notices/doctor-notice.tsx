// One line on every page while the hub's checks find something wrong; the page of the checks says it in full.
import { useSeesAll } from "../../api/me.ts";
import { useWrongChecks } from "../../api/queries.ts";
import { text } from "../../i18n/text.ts";
import { LINKS } from "../use-route.ts";
import styles from "./notices.module.css";

export function DoctorNotice() {
  const { data: wrong = [] } = useWrongChecks(useSeesAll());
  const [first] = wrong;
  if (first === undefined) return null;
  return (
    <p className={`${styles["notice"]} ${styles["failed"]} ${styles["line"]}`}>
      <span className="cut" title={first.title}>
        {first.title}
      </span>
      <a href={LINKS.doctor}>{text.shell.whatToDo(wrong.length - 1)}</a>
    </p>
  );
}
