// Selects all or some metrics of a device.
import type { Metric } from "../../../../shared/device.ts";
import { metricLabel } from "../../../i18n/names.ts";
import { pageText } from "../../../i18n/page-text.ts";
import styles from "./metric-choice.module.css";

interface Props {
  readonly metrics: readonly Metric[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

export function MetricChoice({ metrics, chosen, onChange }: Props) {
  const areAllChosen = chosen.size === metrics.length;

  function toggle(name: string) {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    onChange(next);
  }

  return (
    <fieldset className={styles["choice"]}>
      <legend>{pageText.exporting.metrics}</legend>
      {metrics.length > 1 && (
        <label className={styles["all"]}>
          <input
            type="checkbox"
            checked={areAllChosen}
            onChange={() => onChange(new Set(areAllChosen ? [] : metrics.map(({ name }) => name)))}
          />
          {pageText.exporting.allMetrics(metrics.length)}
        </label>
      )}
      {metrics.map((metric) => (
        <label key={metric.name} title={metric.name}>
          <input type="checkbox" checked={chosen.has(metric.name)} onChange={() => toggle(metric.name)} />
          <span className="cut">{metricLabel(metric)}</span>
        </label>
      ))}
    </fieldset>
  );
}
