// An export: what is chosen of it, how many readings that are, and how it went.
import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import type { ExportQuery } from "../../../../shared/api.ts";
import type { Device } from "../../../../shared/device.ts";
import { explain } from "../../../api/client.ts";
import { hubNowMs } from "../../../api/feed/hub-clock.ts";
import { exportCsv } from "../../../api/platform.ts";
import { useCountOf } from "../../../api/queries.ts";
import { formatBytes, formatCount } from "../../../i18n/numbers.ts";
import { pageText } from "../../../i18n/page-text.ts";
import form from "../../../ui/form.module.css";
import { chosenMetrics, exportQuery, usualChoices } from "./export-choices.ts";
import { ExportFields } from "./export-fields.tsx";
import { boundsOf, type Shown } from "./export-period.ts";

interface Props {
  readonly device: Device;
  /** What the charts of the page show. */
  readonly shown: Shown;
  readonly onClose: () => void;
}

export function ExportForm({ device, shown: shownNow, onClose }: Props) {
  const [shown] = useState(shownNow);
  const [nowMs] = useState(hubNowMs);
  const [choices, setChoices] = useState(() => usualChoices(device, shown));
  const metrics = chosenMetrics(device, choices);
  const bounds = boundsOf(choices.period, choices.custom, shown, nowMs);
  const count = useCountOf(device.id, metrics, bounds ?? {});
  const save = useMutation({
    mutationFn: (query: ExportQuery) => exportCsv(query, `${device.id.replaceAll(":", "-")}.csv`, count.data ?? 0),
    // The desktop app asks where to, and shows how it goes.
    onSuccess: (saved) => saved === null && onClose(),
  });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (bounds !== null) save.mutate(exportQuery(device, choices, bounds));
  }

  return (
    <form className={form["form"]} onSubmit={submit}>
      <h2 id="export-title">{pageText.exporting.title(device.name)}</h2>
      <ExportFields
        device={device}
        choices={choices}
        onChange={(changes) => setChoices({ ...choices, ...changes })}
        areEndsWrong={bounds === null}
      />
      <p role="status">
        {save.isPending
          ? pageText.exporting.running
          : save.data
            ? pageText.exporting.done(save.data.rows, formatCount(save.data.rows), formatBytes(save.data.bytes))
            : countText(count.data, count.error)}
      </p>
      {save.error && <p role="alert">{pageText.exporting.failed(explain(save.error))}</p>}
      <footer>
        <button type="button" className="button" onClick={onClose}>
          {save.data ? pageText.exporting.close : pageText.exporting.cancel}
        </button>
        <button
          type="submit"
          className="button primary"
          disabled={bounds === null || metrics.length === 0 || save.isPending || count.data === 0}
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
