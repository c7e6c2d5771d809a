// Deletes a device with its history. It can be taken back for a minute, on every page.
import type { Device } from "../../../shared/device.ts";
import { announce } from "../../api/announcements.ts";
import { explain } from "../../api/client.ts";
import { useRemoval } from "../../api/devices/use-removal.ts";
import { MAX_COUNTED_METRICS, useReadingCount } from "../../api/queries.ts";
import { pageText } from "../../i18n/page-text.ts";
import { goTo, LINKS } from "../../shell/use-route.ts";
import { historyText } from "./history-text.ts";
import styles from "./removal-section.module.css";

const t = pageText.removal;

export function DeleteDevice({ device }: { readonly device: Device }) {
  const { metrics, name } = device;
  const { data: count } = useReadingCount(device, { enabled: metrics.length <= MAX_COUNTED_METRICS });
  const removal = useRemoval(device, () => {
    announce(t.deleted(name), { isScreenReaderOnly: true });
    goTo(LINKS.overview);
  });
  return (
    <section className={`panel ${styles["section"]}`} aria-labelledby="delete">
      <div>
        <h2 id="delete">{t.delete}</h2>
        <p>{t.whatGoes(historyText(count, metrics.length))}</p>
      </div>
      <button type="button" className="button danger" disabled={removal.isPending} onClick={() => removal.mutate()}>
        {t.deleteAction}
      </button>
      {removal.error && <p role="alert">{explain(removal.error)}</p>}
    </section>
  );
}
