// Offers to undo the deletion of a device for a minute, on every page.
import type { Device } from "../../../shared/device.ts";
import { announce } from "../../api/announcements.ts";
import { explain } from "../../api/client.ts";
import { useRemovalEnd } from "../../api/devices/use-removal.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { pageText } from "../../i18n/page-text.ts";
import { text } from "../../i18n/text.ts";
import styles from "./notices.module.css";

const t = pageText.removal;

export function RemovalNotice({ device }: { readonly device: Device }) {
  const { name, removal } = device;
  const end = useRemovalEnd(device, () => announce(t.kept(name), { isScreenReaderOnly: true }));
  const nowMs = useNow(1_000);
  const secondsLeft = removal === undefined ? 0 : Math.max(0, Math.ceil((removal.dueMs - nowMs) / 1_000));
  const isOver = secondsLeft === 0 || (end.isPending && end.variables === "now");
  return (
    <section className={styles["notice"]} aria-label={t.deleted(name)}>
      <strong>{t.deleted(name)}</strong>
      <p>{isOver ? t.deleting : t.secondsLeft(secondsLeft)}</p>
      {!isOver && (
        <p className={styles["action"]}>
          <button
            type="button"
            className="button small primary"
            aria-label={t.undoOf(name)}
            disabled={end.isPending}
            onClick={() => end.mutate("keep")}
          >
            {text.shell.undo}
          </button>{" "}
          <button
            type="button"
            className="button small"
            aria-label={t.nowOf(name)}
            disabled={end.isPending}
            onClick={() => end.mutate("now")}
          >
            {t.now}
          </button>
        </p>
      )}
      {end.error && <p role="alert">{explain(end.error)}</p>}
    </section>
  );
}
