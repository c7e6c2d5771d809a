// What a person chose of an export, and the hub's question for it.
import type { ExportQuery } from "../../../../shared/api.ts";
import type { Device } from "../../../../shared/device.ts";
import { localMinute } from "../../../charts/view/local-minute.ts";
import { OWN_TIME_ZONE } from "../../../i18n/times.ts";
import type { Bounds, CustomPeriod, PeriodName, Shown } from "./export-period.ts";
import { type Purpose, STYLE_OF, usualPurpose } from "./export-purpose.ts";

export interface ExportChoices {
  /** By their names. */
  readonly metrics: ReadonlySet<string>;
  readonly period: PeriodName;
  readonly custom: CustomPeriod;
  readonly tz: string;
  readonly purpose: Purpose;
  readonly layout: NonNullable<ExportQuery["layout"]>;
  readonly withNotes: boolean;
}

/** Of what the charts show; metrics that a person has hidden can be chosen, too. */
export function usualChoices({ metrics }: Device, { startMs, endMs }: Shown): ExportChoices {
  return {
    metrics: new Set(metrics.flatMap(({ name, hidden }) => (hidden === true ? [] : [name]))),
    period: "shown",
    custom: { from: localMinute(startMs), to: localMinute(endMs) },
    tz: OWN_TIME_ZONE,
    purpose: usualPurpose(),
    layout: "long",
    withNotes: false,
  };
}

/** In the device's order. */
export function chosenMetrics(device: Device, { metrics }: ExportChoices): string[] {
  return device.metrics.map(({ name }) => name).filter((name) => metrics.has(name));
}

export function exportQuery(device: Device, choices: ExportChoices, bounds: Bounds): ExportQuery {
  const metric = chosenMetrics(device, choices);
  const { tz, purpose, layout, withNotes } = choices;
  return {
    device: device.id,
    ...(metric.length < device.metrics.length && { metric }),
    ...bounds,
    tz,
    ...STYLE_OF[purpose],
    layout,
    ...(withNotes && { notes: "1" }),
  };
}
