// Facts about a device other than readings: what people entered, its address, its clock, and its attributes with their last change.
import type { Device } from "../../../shared/device.ts";
import { hubNowMs } from "../../api/feed/hub-clock.ts";
import { useAttributeChanges } from "../../api/history/device-history.ts";
import { useMe } from "../../api/me.ts";
import { MAX_COUNTED_METRICS, useReadingCount } from "../../api/queries.ts";
import { SLOW } from "../../api/slow.ts";
import { timelineText as t } from "../../i18n/later/timeline-text.ts";
import { Moment } from "../../i18n/moment.tsx";
import { metricLabel } from "../../i18n/names.ts";
import { formatCount } from "../../i18n/numbers.ts";
import { pageText } from "../../i18n/page-text.ts";
import { formatDate, formatMoment, formatSpan } from "../../i18n/times.ts";
import { LINKS } from "../../shell/use-route.ts";
import styles from "./about-device.module.css";

interface Fact {
  readonly label: string;
  readonly text: string | number | null | undefined;
  /** The labels of attributes. */
  readonly attribute?: string;
}

export function AboutDevice({ device }: { readonly device: Device }) {
  const changes = useAttributeChanges(device.id);
  const { data: me } = useMe();
  // The page is shown without waiting for it.
  const count = useReadingCount(device, { enabled: device.metrics.length <= MAX_COUNTED_METRICS, meta: SLOW });
  const facts: Fact[] = [
    { label: t.model, text: device.model, attribute: "model" },
    { label: t.room, text: device.room },
    { label: t.notesOfDevice, text: device.notes },
    { label: t.tags, text: device.tags?.join(", ") },
    { label: t.address, text: device.address },
    { label: t.clock, text: device.clockOffMs && clockText(device.clockOffMs) },
    { label: t.itsTimes, text: device.timeZone && zoneText(device.timeZone) },
    { label: t.id, text: device.id },
    { label: t.firstSeen, text: formatDate(device.firstSeenMs) },
    // It has its row before it is known: what is below does not move.
    { label: t.stored, text: count.isLoading ? "…" : count.data && storedText(count.data) },
    ...Object.entries(device.attributes).map(([name, text]) => ({
      label: metricLabel({ name }),
      text,
      attribute: name,
    })),
  ];
  const changedMs = (attribute: string | undefined) => changes.find(({ name }) => name === attribute)?.changedMs;
  return (
    <aside className={`panel ${styles["about"]}`}>
      <h2>{t.about}</h2>
      <dl>
        {facts.map(
          ({ label, text, attribute }) =>
            text && (
              <div key={label}>
                <dt>{label}</dt>
                <dd>
                  {text}
                  <Since ms={changedMs(attribute)} />
                </dd>
              </div>
            ),
        )}
      </dl>
      {me !== undefined && me.kind !== "share" && (
        <p>
          <a href={LINKS.logOf(device.id)}>{t.messages}</a>
        </p>
      )}
    </aside>
  );
}

const storedText = (count: number): string => pageText.exporting.readings(count, formatCount(count));

function Since({ ms }: { readonly ms: number | undefined }) {
  return ms === undefined ? null : (
    <small>
      {" "}
      <Moment ms={ms} within={t.sinceMoment}>
        {formatMoment(ms, hubNowMs())}
      </Moment>
    </small>
  );
}

/** Of times that it sends without an offset. */
function zoneText({ name, learned }: NonNullable<Device["timeZone"]>): string {
  const zone = name === "hub" ? t.localTime : "UTC";
  return learned ? t.asMessagesShow(zone) : zone;
}

function clockText(offMs: number): string {
  const span = formatSpan(Math.abs(offMs));
  return offMs < 0 ? t.clockBehind(span) : t.clockAhead(span);
}
