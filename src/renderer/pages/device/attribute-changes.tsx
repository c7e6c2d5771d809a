// Changes of a device's attributes, latest first.
import { useState } from "react";
import { hubNowMs } from "../../api/feed/hub-clock.ts";
import { useAttributeChanges } from "../../api/history/device-history.ts";
import { timelineText as t } from "../../i18n/later/timeline-text.ts";
import { Moment } from "../../i18n/moment.tsx";
import { metricLabel } from "../../i18n/names.ts";
import { formatCount } from "../../i18n/numbers.ts";
import { formatMoment } from "../../i18n/times.ts";
import styles from "./about-device.module.css";

const ROWS_AT_ONCE = 5;

/** The first value of an attribute is not a change. */
export function AttributeChanges({ device }: { readonly device: string }) {
  const changes = useAttributeChanges(device).filter(({ before }) => before !== undefined);
  const [count, setCount] = useState(ROWS_AT_ONCE);
  if (changes.length === 0) return null;
  return (
    <section className={`panel ${styles["about"]}`} aria-label={t.changes}>
      <h2>{t.changes}</h2>
      <dl>
        {changes.slice(0, count).map(({ name, before, text, changedMs }) => (
          <div key={`${name} ${changedMs}`}>
            <dt>
              {metricLabel({ name })}{" "}
              <small>
                <Moment ms={changedMs}>{formatMoment(changedMs, hubNowMs())}</Moment>
              </small>
            </dt>
            <dd>
              {before} → {text}
            </dd>
          </div>
        ))}
      </dl>
      {count < changes.length && (
        <button type="button" className="button small" onClick={() => setCount(count + ROWS_AT_ONCE)}>
          {t.more(formatCount(changes.length - count))}
        </button>
      )}
    </section>
  );
}
