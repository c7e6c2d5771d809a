// Above the overview where a link led to no page: what was wrong with it.
import { text } from "../../i18n/text.ts";
import styles from "./unknown-link.module.css";

interface Props {
  readonly link: string;
  readonly isReadable: boolean;
}

export function UnknownLink({ link, isReadable }: Props) {
  return (
    <p className={styles["unknown"]} role="status">
      {isReadable ? text.shell.unknownLink(link) : text.shell.badLink(link)}
    </p>
  );
}
