// The form for a device's metrics: order, label, unit, decimals, kind, and whether they are shown. What others change meanwhile is
// shown, and overwrites nothing that was entered. Metrics that appear while it is open are not listed before it is saved.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useLayoutEffect, useState } from "react";
import type { DeviceList } from "../../../shared/api.ts";
import type { Device, DeviceChanges, Metric } from "../../../shared/device.ts";
import { announce } from "../../api/announcements.ts";
import { explain } from "../../api/client.ts";
import { withDevice } from "../../api/devices/device-list.ts";
import { changeDevice, QUERY_KEYS } from "../../api/queries.ts";
import { pageText } from "../../i18n/page-text.ts";
import { text } from "../../i18n/text.ts";
import { ChangedMeanwhile } from "../../ui/changed-meanwhile.tsx";
import { useDrafts } from "../../ui/hooks/use-drafts.ts";
import { metricChanges, metricDrafts, moved } from "./metric-drafts.ts";
import { draftOf, fieldsOf, MetricRow } from "./metric-row.tsx";
import styles from "./metrics-form.module.css";

const namesOf = (metrics: readonly Pick<Metric, "name">[]) => metrics.map(({ name }) => name);
/** No metric's name has a line break. */
const SEPARATOR = "\n";

interface Props {
  readonly device: Device;
  readonly onDirty: (isDirty: boolean) => void;
}

export function MetricsForm({ device, onDirty }: Props) {
  const queries = useQueryClient();
  const [listed, setListed] = useState<ReadonlySet<string>>(() => new Set(namesOf(device.metrics)));
  const draft = useDrafts();
  const known = metricDrafts(device.metrics.filter(({ name }) => listed.has(name)));
  const order = draft("", namesOf(known).join(SEPARATOR));
  const rows = order.value
    .split(SEPARATOR)
    .flatMap((name) => known.filter((one) => one.name === name))
    .map((one) => ({ known: one, fields: fieldsOf(one, draft) }));
  const changes = metricChanges(
    known,
    rows.map(({ known: { name }, fields }) => draftOf(name, fields)),
  );
  const save = useMutation({
    mutationFn: (metrics: NonNullable<DeviceChanges["metrics"]>) => changeDevice(device.id, { metrics }),
    onSuccess: (changed) => {
      queries.setQueryData<DeviceList>(QUERY_KEYS.devices, (list) => list && withDevice(list, changed));
      setListed(new Set(namesOf(changed.metrics)));
    },
  });
  const isChanged = changes !== null;
  // At once: Escape may come right behind the first letter.
  useLayoutEffect(() => onDirty(isChanged), [onDirty, isChanged]);

  function move(index: number, by: number) {
    const names = rows.map(({ known: { name } }) => name);
    order.enter(moved(names, index, by).join(SEPARATOR));
    announce(text.overview.movedTo(names[index] ?? "", index + by + 1, names.length), { isScreenReaderOnly: true });
  }
  function submit(event: SubmitEvent) {
    event.preventDefault();
    const saved = () => {
      for (const one of [order, ...rows.flatMap(({ fields }) => Object.values(fields))]) one.saved();
    };
    if (changes !== null) save.mutate(changes, { onSuccess: saved });
  }

  return (
    <form className={`panel ${styles["form"]}`} onSubmit={submit} aria-labelledby="metrics-title">
      <h2 id="metrics-title">{pageText.editDevice.metrics}</h2>
      <p className="note">{pageText.editDevice.metricsNote}</p>
      <ol>
        {rows.map((row, index) => (
          <MetricRow
            key={row.known.name}
            {...row}
            isFirst={index === 0}
            isLast={index === rows.length - 1}
            isSaving={save.isPending}
            onMove={(by) => move(index, by)}
          />
        ))}
      </ol>
      <ChangedMeanwhile draft={order} now={namesOf(known).join(", ")} isSaving={save.isPending} />
      {save.error && <p role="alert">{pageText.editDevice.notSaved(explain(save.error))}</p>}
      <footer>
        <span className="note" role="status">
          {changes === null ? save.isSuccess && pageText.editDevice.saved : pageText.editDevice.unsaved}
        </span>
        <button type="submit" className="button primary" disabled={changes === null || save.isPending}>
          {pageText.editDevice.apply}
        </button>
      </footer>
    </form>
  );
}
