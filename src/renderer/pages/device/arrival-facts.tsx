// How reliably a device's readings arrive: how many are missing, their delay, and what that means.
import type { Device } from "../../../shared/device.ts";
import { hubNowMs } from "../../api/feed/hub-clock.ts";
import { useDelivery } from "../../api/history/device-history.ts";
import { timelineText as t } from "../../i18n/later/timeline-text.ts";
import { Moment } from "../../i18n/moment.tsx";
import { formatCount, formatShare } from "../../i18n/numbers.ts";
import { formatDuration, formatMoment } from "../../i18n/times.ts";
import styles from "./about-device.module.css";

export function ArrivalFacts({ device }: { readonly device: Device }) {
  const delivery = useDelivery(device.id) ?? device.delivery;
  if (delivery === undefined) return null;
  const { sinceMs, expected, missing = 0, medianDelayMs, slowDelayMs = 0 } = delivery;
  return (
    <section className={`panel ${styles["about"]}`} aria-label={t.arrival}>
      <h2>{t.arrival}</h2>
      <dl>
        {expected !== undefined && (
          <div title={t.missingMeans}>
            <dt>{t.missing}</dt>
            <dd>
              {formatShare(missing / expected)}
              {missing > 0 && <small> {t.missingOf(formatCount(missing), formatCount(expected))}</small>}
            </dd>
          </div>
        )}
        {medianDelayMs !== undefined && (
          <div title={t.delayMeans}>
            <dt>{t.medianDelay}</dt>
            <dd>
              {formatDuration(medianDelayMs)}
              <small> {t.slowDelay(formatDuration(slowDelayMs))}</small>
            </dd>
          </div>
        )}
      </dl>
      <details>
        <summary>
          <Moment ms={sinceMs} within={t.since}>
            {formatMoment(sinceMs, hubNowMs())}
          </Moment>
        </summary>
        {expected !== undefined && <p>{t.missingMeans}</p>}
        {medianDelayMs !== undefined && <p>{t.delayMeans}</p>}
      </details>
    </section>
  );
}
