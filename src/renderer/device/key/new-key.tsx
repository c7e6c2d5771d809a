// A device's new key, which is shown this once: how to give it to the device, and what it means.
import type { NewDeviceKey } from "../../../shared/security/access.ts";
import { Copyable } from "../../ui/copyable.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { QrCodeImage } from "../../ui/qr-code.tsx";
import { agentKeySnippet, httpKeySnippet, mqttKeySnippet } from "./key-snippets.ts";
import styles from "./new-key.module.css";

interface Props {
  readonly made: NewDeviceKey;
  readonly onClosed: () => void;
}

export function NewKey({ made: { device, key, code }, onClosed }: Props) {
  return (
    <Dialog titleId="new-key-title" onClosed={onClosed}>
      {(close) => (
        <div className={styles["newKey"]}>
          <h2 id="new-key-title">The key of {device}</h2>
          <p>
            It is shown this once. From now on nothing is taken for this device without the key. Its code is{" "}
            <b>{code}</b>.
          </p>
          <div className={styles["row"]}>
            <QrCodeImage text={key} label={`QR code of the key of ${device}`} />
            <div className={styles["code"]}>
              <Copyable code={key} label="Key" />
            </div>
          </div>
          <h3>Python, over MQTT: before connect</h3>
          <div className={styles["code"]}>
            <Copyable code={mqttKeySnippet(device, key)} label="Python, over MQTT" />
          </div>
          <h3>Python, over HTTP</h3>
          <div className={styles["code"]}>
            <Copyable code={httpKeySnippet(key)} label="Python, over HTTP" />
          </div>
          <h3>The agent: in bramble-agent.toml</h3>
          <div className={styles["code"]}>
            <Copyable code={agentKeySnippet(key)} label="The agent" />
          </div>
          <footer>
            <button type="button" className="button primary" onClick={close}>
              Done
            </button>
          </footer>
        </div>
      )}
    </Dialog>
  );
}
