// Fields of a device's latest messages that held nothing to store: which, why, and when that last was.
import type { Skipped } from "../../../shared/device.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { useSkipReasons } from "../../api/hub-sentence.ts";
import { Moment } from "../../i18n/moment.tsx";
import { pageText } from "../../i18n/page-text.ts";
import { formatAgo } from "../../i18n/times.ts";
import styles from "./about-device.module.css";

const NOW_PERIOD_MS = 10_000;

export function LeftOut({ fields }: { readonly fields: readonly Skipped[] }) {
  const nowMs = useNow(NOW_PERIOD_MS);
  const reasons = useSkipReasons(fields);
  return (
    <section className={`panel ${styles["about"]}`}>
      <h2>{pageText.devicePage.leftOut}</h2>
      <p>{pageText.devicePage.leftOutMeaning}</p>
      <dl>
        {fields.map(({ field, atMs }, index) => (
          <div key={field}>
            <dt>{field}</dt>
            <dd>
              {reasons[index]} <Moment ms={atMs}>{formatAgo(atMs, nowMs)}</Moment>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
