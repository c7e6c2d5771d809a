// Messages that the hub refused, and why: the first thing to read when a Pi sends and nothing arrives.

import { useNow } from "../../api/feed/use-now.ts";
import { useRefused } from "../../api/queries.ts";
import { formatCount } from "../../i18n/numbers.ts";
import { text } from "../../i18n/text.ts";
import { formatMoment } from "../../i18n/times.ts";
import { LINKS } from "../../shell/use-route.ts";
import styles from "./refused-messages.module.css";

const MAX_SHOWN_MESSAGES = 100;

export function RefusedMessages() {
  const { data: refused = [] } = useRefused();
  const nowMs = useNow(60_000);
  if (refused.length === 0) return null;
  const total = refused.reduce((sum, { count = 1 }) => sum + count, 0);
  return (
    <details className={styles["refused"]}>
      <summary>{text.overview.refused(total, formatCount(total))}</summary>
      <a href={LINKS.refused}>{text.overview.toRefused}</a>
      {/* It scrolls: the keyboard must reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <ul className="panel" tabIndex={0}>
        {[...refused.slice(0, MAX_SHOWN_MESSAGES).entries()].map(
          ([index, { atMs, address, source, message, count }]) => (
            // Counted from the oldest, so that a new entry does not change the keys of the others.
            <li key={refused.length - index}>
              <time dateTime={new Date(atMs).toISOString()}>{formatMoment(atMs, nowMs)}</time>
              <span>
                {address} · {source}
              </span>
              <span>
                {message}
                {count !== undefined && <b> {text.overview.moreLike(formatCount(count))}</b>}
              </span>
            </li>
          ),
        )}
      </ul>
    </details>
  );
}
