// Messages that the hub refused, and why: the first thing to read when a Pi sends and nothing arrives. Dismissed ones stay in the log
// page.

import { announce } from "../../api/announcements.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { Stored, useStored } from "../../api/local-storage/stored.ts";
import { useRefused } from "../../api/queries.ts";
import { Moment } from "../../i18n/moment.tsx";
import { formatCount } from "../../i18n/numbers.ts";
import { text } from "../../i18n/text.ts";
import { formatMoment } from "../../i18n/times.ts";
import { LINKS } from "../../shell/use-route.ts";
import styles from "./refused-messages.module.css";

const MAX_SHOWN_MESSAGES = 100;

/** When the latest dismissed one arrived, by the hub's clock. */
const seenUntilMs = new Stored<number>("refused-seen-until-ms", (stored) => (typeof stored === "number" ? stored : 0));

export function RefusedMessages() {
  const { data: all = [] } = useRefused();
  const seenMs = useStored(seenUntilMs);
  const nowMs = useNow(60_000);
  const refused = all.filter(({ atMs }) => atMs > seenMs);
  if (refused.length === 0) return null;
  const total = refused.reduce((sum, { count = 1 }) => sum + count, 0);
  function dismiss() {
    seenUntilMs.set(Math.max(...refused.map(({ atMs }) => atMs)));
    announce(text.overview.refusedSeen, { undo: () => seenUntilMs.set(seenMs) });
  }
  return (
    <details className={styles["refused"]}>
      <summary>{text.overview.refused(total, formatCount(total))}</summary>
      <p>
        <a href={LINKS.refused}>{text.overview.toRefused}</a>
        <button type="button" className="button small" onClick={dismiss}>
          {text.overview.dismiss}
        </button>
      </p>
      {/* It scrolls: the keyboard must reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <ul className="panel" tabIndex={0}>
        {[...refused.slice(0, MAX_SHOWN_MESSAGES).entries()].map(
          ([index, { atMs, address, source, message, count }]) => (
            // Counted from the oldest, so that a new entry does not change the keys of the others.
            <li key={refused.length - index}>
              <Moment ms={atMs}>{formatMoment(atMs, nowMs)}</Moment>
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
