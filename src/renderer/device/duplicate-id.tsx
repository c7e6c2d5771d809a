// Warns that another machine uses the id of a device, while that is probably still true.
import type { DuplicateDevice } from "../../shared/device.ts";
import { useNow } from "../api/feed/use-now.ts";
import { pageText } from "../i18n/page-text.ts";
import styles from "./silent-metrics.module.css";

const SHOWN_FOR_MS = 3_600_000;
const NOW_PERIOD_MS = 10_000;

export function DuplicateId({ duplicate }: { readonly duplicate: DuplicateDevice }) {
  const nowMs = useNow(NOW_PERIOD_MS);
  if (nowMs - duplicate.atMs > SHOWN_FOR_MS) return null;
  return (
    <div className={styles["silent"]} role="status">
      <p>
        <span className={styles["sign"]} aria-hidden="true" />
        {pageText.devicePage.duplicateId(duplicate.addresses)}
      </p>
    </div>
  );
}
