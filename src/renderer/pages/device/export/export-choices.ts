// What a person chose of an export, and the hub's question for it.
import type { ExportQuery } from "../../../../shared/api.ts";
import type { Device, Metric } from "../../../../shared/device.ts";
import { localMinute } from "../../../charts/view/local-minute.ts";
import { OWN_TIME_ZONE } from "../../../i18n/times.ts";
import type { Bounds, CustomPeriod, PeriodName, Shown } from "./export-period.ts";
import { type Purpose, STYLE_OF, usualPurpose } from "./export-purpose.ts";

export interface ExportChoices {
  /** By their ids. */
  readonly devices: ReadonlySet<string>;
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
export function usualChoices(device: Device, { startMs, endMs }: Shown): ExportChoices {
  return {
    devices: new Set([device.id]),
    metrics: new Set(shownMetrics(device)),
    period: "shown",
    custom: { from: localMinute(startMs), to: localMinute(endMs) },
    tz: OWN_TIME_ZONE,
    purpose: usualPurpose(),
    layout: "long",
    withNotes: false,
  };
}

const shownMetrics = ({ metrics }: Device): string[] =>
  metrics.flatMap(({ name, hidden }) => (hidden === true ? [] : [name]));

/** What a device has that is added is chosen with it. */
export function withDevices(choices: ExportChoices, known: readonly Device[], ids: ReadonlySet<string>): ExportChoices {
  const added = known.filter(({ id }) => ids.has(id) && !choices.devices.has(id));
  return { ...choices, devices: ids, metrics: new Set([...choices.metrics, ...added.flatMap(shownMetrics)]) };
}

/** Each metric once, in the order of the devices. */
export function metricsOf(devices: readonly Device[]): Metric[] {
  const byName = new Map<string, Metric>();
  for (const metric of devices.flatMap(({ metrics }) => metrics))
    if (!byName.has(metric.name)) byName.set(metric.name, metric);
  return [...byName.values()];
}

/** `devices`: those that are chosen. */
export function chosenMetrics(devices: readonly Device[], { metrics }: ExportChoices): string[] {
  return metricsOf(devices).flatMap(({ name }) => (metrics.has(name) ? [name] : []));
}

export function exportQuery(devices: readonly Device[], choices: ExportChoices, bounds: Bounds): ExportQuery {
  const metric = chosenMetrics(devices, choices);
  const { tz, purpose, layout, withNotes } = choices;
  return {
    device: devices.map(({ id }) => id),
    ...(metric.length < metricsOf(devices).length && { metric }),
    ...bounds,
    tz,
    ...STYLE_OF[purpose],
    layout,
    ...(withNotes && { notes: "1" }),
  };
}
