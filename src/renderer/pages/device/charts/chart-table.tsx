// A chart as a table, newest first: what was drawn when it was opened. More rows on request.
import { useState } from "react";
import type { Metric } from "../../../../shared/device.ts";
import { isShownAsStates, precisionOf, tableText } from "../../../charts/chart-texts.ts";
import type { BucketWindow } from "../../../charts/series/bucket-window.ts";
import { metricLabel } from "../../../i18n/names.ts";
import { formatCount, formatMean } from "../../../i18n/numbers.ts";
import { pageText } from "../../../i18n/page-text.ts";
import { formatInstant } from "../../../i18n/times.ts";
import styles from "./chart-table.module.css";

const ROWS_AT_ONCE = 50;

export function ChartTable({ window, metric }: { readonly window: BucketWindow; readonly metric: Metric }) {
  const [rows] = useState(() => window.buckets.toReversed());
  const [count, setCount] = useState(ROWS_AT_ONCE);
  const resolution = precisionOf(metric, window.resolution);
  const written = tableText(window, metric);
  const isState = isShownAsStates(window, metric);
  const { time, least, mean, greatest, readings, more } = pageText.chartTable;
  return (
    // It scrolls: the keyboard must reach it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className={styles["table"]} tabIndex={0} aria-label={pageText.chartTable.tableOf(metricLabel(metric))}>
      <table>
        <caption>
          {metricLabel(metric)}
          {metric.unit !== undefined && `, ${metric.unit}`}
        </caption>
        <thead>
          <tr>
            {[time, least, mean, greatest, readings].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, count).map(({ t, min, avg, max, n }) => (
            <tr key={t}>
              <th scope="row">{formatInstant(t, window.stepMs)}</th>
              <td>{written(min)}</td>
              <td>{n === 1 || isState ? written(avg) : formatMean(avg, resolution)}</td>
              <td>{written(max)}</td>
              <td>{formatCount(n)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {count < rows.length && (
        <button type="button" className="button small" onClick={() => setCount(count + ROWS_AT_ONCE)}>
          {more(formatCount(rows.length - count))}
        </button>
      )}
    </section>
  );
}
