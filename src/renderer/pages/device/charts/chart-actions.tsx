// The row below a metric's chart: to mend its readings, to see it as a table, and to save it as a picture.
import { useMay } from "../../../api/me.ts";
import { mendText } from "../../../i18n/later/mend-text.ts";
import { pageText } from "../../../i18n/page-text.ts";
import styles from "./metric-chart.module.css";

interface Props {
  /** Of the metric. */
  readonly label: string;
  readonly isMended: boolean;
  readonly isMending: boolean;
  readonly isTableShown: boolean;
  readonly onMend: () => void;
  readonly onTable: () => void;
  readonly onPicture: () => void;
}

export function ChartActions({ label, isMended, isMending, isTableShown, onMend, onTable, onPicture }: Props) {
  const mayMend = useMay("operator");
  const { tableOf, table, pictureOf, picture } = pageText.chartTable;
  return (
    <footer>
      {isMended && <span className={styles["mended"]}>{mendText.legend}</span>}
      {mayMend && (
        <button type="button" aria-expanded={isMending} aria-label={mendText.mendOf(label)} onClick={onMend}>
          {mendText.mend}
        </button>
      )}
      <button type="button" aria-expanded={isTableShown} aria-label={tableOf(label)} onClick={onTable}>
        {table}
      </button>
      <button type="button" aria-label={pictureOf(label)} onClick={onPicture}>
        {picture}
      </button>
    </footer>
  );
}
