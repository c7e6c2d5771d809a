// A device's new key, shown only once: how to set it on the device, and what it means.
import type { NewDeviceKey } from "../../../shared/security/access.ts";
import { Around } from "../../i18n/around.tsx";
import { pageText } from "../../i18n/page-text.ts";
import { text } from "../../i18n/text.ts";
import { Copyable } from "../../ui/copyable.tsx";
import { Dialog } from "../../ui/dialogs/dialog.tsx";
import { QrCodeImage } from "../../ui/qr-code.tsx";
import { agentKeySnippet, httpKeySnippet, mqttKeySnippet } from "./key-snippets.ts";
import styles from "./new-key.module.css";

const t = pageText.keys;

interface Props {
  readonly made: NewDeviceKey;
  readonly onClosed: () => void;
}

export function NewKey({ made: { device, key, code }, onClosed }: Props) {
  return (
    <Dialog titleId="new-key-title" onClosed={onClosed}>
      {(close) => (
        <div className={styles["newKey"]}>
          <h2 id="new-key-title">{t.keyOf(device)}</h2>
          <p>
            <Around sentence={t.shownOnce(code)} part={code}>
              <b>{code}</b>
            </Around>
          </p>
          <div className={styles["row"]}>
            <QrCodeImage text={key} label={t.qrCode(device)} />
            <div className={styles["code"]}>
              <Copyable code={key} label={t.title} />
            </div>
          </div>
          <h3>{t.mqttBefore}</h3>
          <div className={styles["code"]}>
            <Copyable code={mqttKeySnippet(device, key)} label={t.mqtt} />
          </div>
          <h3>{t.http}</h3>
          <div className={styles["code"]}>
            <Copyable code={httpKeySnippet(key)} label={t.http} />
          </div>
          <h3>{t.agentIn}</h3>
          <div className={styles["code"]}>
            <Copyable code={agentKeySnippet(key)} label={t.agent} />
          </div>
          <footer>
            <button type="button" className="button primary" onClick={close}>
              {text.words.done}
            </button>
          </footer>
        </div>
      )}
    </Dialog>
  );
}
