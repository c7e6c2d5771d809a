// What is known of a device besides its readings: what people entered, its address, its clock, its attributes.
import type { Device } from "../../../shared/device.ts";
import { metricLabel } from "../../i18n/names.ts";
import { formatDate, formatSpan } from "../../i18n/times.ts";
import styles from "./about-device.module.css";

export function AboutDevice({ device }: { readonly device: Device }) {
  const facts = [
    ["Model", device.model],
    ["Room", device.room],
    ["Notes", device.notes],
    ["Tags", device.tags?.join(", ")],
    ["Address", device.address],
    ["Clock", device.clockOffMs && clockText(device.clockOffMs)],
    ["Its times", device.timeZone && zoneText(device.timeZone)],
    ["Id", device.id],
    ["First seen", formatDate(device.firstSeenMs)],
    ...Object.entries(device.attributes).map(([name, text]) => [metricLabel({ name }), text] as const),
  ] as const;
  return (
    <aside className={`panel ${styles["about"]}`}>
      <h2>About</h2>
      <dl>
        {facts.map(
          ([name, fact]) =>
            fact && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{fact}</dd>
              </div>
            ),
        )}
      </dl>
    </aside>
  );
}

/** Of times that it sends without an offset. */
function zoneText({ name, learned }: NonNullable<Device["timeZone"]>): string {
  return `${name === "hub" ? "local time" : "UTC"}${learned ? ", as its messages show" : ""}`;
}

function clockText(offMs: number): string {
  return `${formatSpan(Math.abs(offMs))} ${offMs < 0 ? "behind" : "ahead"}`;
}
