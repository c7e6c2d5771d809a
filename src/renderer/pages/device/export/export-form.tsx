// An export: what is chosen of it, how many readings that are, and how it went.
import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import type { ExportQuery } from "../../../../shared/api.ts";
import type { Device } from "../../../../shared/device.ts";
import { announce } from "../../../api/announcements.ts";
import { explain } from "../../../api/client.ts";
import { hubNowMs } from "../../../api/feed/hub-clock.ts";
import { exportCsv, isDesktop } from "../../../api/platform.ts";
import { useCountOf, useDevices } from "../../../api/queries.ts";
import { formatBytes, formatCount } from "../../../i18n/numbers.ts";
import { pageText } from "../../../i18n/page-text.ts";
import form from "../../../ui/form.module.css";
import { chosenMetrics, exportQuery, usualChoices } from "./export-choices.ts";
import { ExportFields } from "./export-fields.tsx";
import { boundsOf, type Shown } from "./export-period.ts";

/** With more series, the readings are not counted. */
const MAX_COUNTED_SERIES = 60;

interface Props {
  /** The one whose page it is; others can be added. */
  readonly device: Device;
  /** What the charts of the page show. */
  readonly shown: Shown;
  readonly onClose: () => void;
}

export function ExportForm({ device, shown: shownNow, onClose }: Props) {
  const [shown] = useState(shownNow);
  const [nowMs] = useState(hubNowMs);
  const [choices, setChoices] = useState(() => usualChoices(device, shown));
  const { data: known = [device] } = useDevices();
  const devices = known.filter(({ id }) => choices.devices.has(id));
  const names = chosenMetrics(devices, choices);
  const series = devices.flatMap(({ id, metrics }) =>
    metrics.flatMap(({ name }) => (names.includes(name) ? [{ device: id, metric: name }] : [])),
  );
  const isCounted = series.length <= MAX_COUNTED_SERIES;
  /** So many that the file is not held in memory. */
  const uncounted = isCounted ? 0 : Number.POSITIVE_INFINITY;
  const bounds = boundsOf(choices.period, choices.custom, shown, nowMs);
  const count = useCountOf(series, bounds ?? {}, { enabled: isCounted });
  const [only, ...others] = devices;
  const isOfOne = only !== undefined && others.length === 0;
  const title = isOfOne ? only.name : pageText.exporting.severalDevices(devices.length);
  const file = isOfOne ? only.id.replaceAll(":", "-") : "readings";
  const save = useMutation({
    mutationFn: (query: ExportQuery) => exportCsv(query, `${file}.csv`, count.data ?? uncounted),
    onSuccess: (saved) => {
      if (saved !== null) return;
      // The desktop app asks where to, and shows how it goes.
      if (!isDesktop) announce(pageText.exporting.handedOver);
      onClose();
    },
  });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (bounds !== null) save.mutate(exportQuery(devices, choices, bounds));
  }

  return (
    <form className={form["form"]} onSubmit={submit}>
      <h2 id="export-title">{pageText.exporting.title(title)}</h2>
      <ExportFields
        known={known}
        chosen={devices}
        choices={choices}
        onChange={(changes) => setChoices({ ...choices, ...changes })}
        areEndsWrong={bounds === null}
      />
      <p role="status">
        {save.isPending
          ? pageText.exporting.running
          : save.data
            ? pageText.exporting.done(save.data.rows, formatCount(save.data.rows), formatBytes(save.data.bytes))
            : isCounted && countText(count.data, count.error)}
      </p>
      {save.error && <p role="alert">{pageText.exporting.failed(explain(save.error))}</p>}
      <footer>
        <button type="button" className="button" onClick={onClose}>
          {save.data ? pageText.exporting.close : pageText.exporting.cancel}
        </button>
        <button
          type="submit"
          className="button primary"
          disabled={bounds === null || series.length === 0 || save.isPending || count.data === 0}
        >
          {pageText.exporting.start}
        </button>
      </footer>
    </form>
  );
}

function countText(count: number | undefined, error: Error | null): string {
  if (error !== null) return pageText.exporting.notCounted(explain(error));
  if (count === undefined) return pageText.exporting.counting;
  return count === 0 ? pageText.exporting.none : pageText.exporting.readings(count, formatCount(count));
}
