// Creates a key for a device before it connects. The key is shown only while the page is open.
import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import type { Device } from "../../../shared/device.ts";
import type { NewDeviceKey } from "../../../shared/security/access.ts";
import { useAccessSettings } from "../../api/access.ts";
import { apiUrl, explain, post } from "../../api/client.ts";
import { pageText } from "../../i18n/page-text.ts";
import { Copyable } from "../../ui/copyable.tsx";
import form from "../../ui/form.module.css";
import { QrCodeImage } from "../../ui/qr-code.tsx";
import styles from "./add-device.module.css";
import { EXAMPLE_SENDER } from "./snippets.ts";

const words = pageText.addDevice;

interface Props {
  readonly known: readonly Device[];
  readonly made: NewDeviceKey | undefined;
  readonly onMade: (made: NewDeviceKey) => void;
}

export function DeviceKeyForm({ known, made, onMade }: Props) {
  const { data: settings } = useAccessSettings();
  const [device, setDevice] = useState(EXAMPLE_SENDER.device);
  const making = useMutation({
    mutationFn: async () => onMade(await post<NewDeviceKey>(apiUrl(`devices/${encodeURIComponent(device)}/key`), {})),
    // The key is not to outlive the page in the cache.
    gcTime: 0,
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    making.mutate();
  };
  return (
    <section className={`panel ${styles["quick"]} ${styles["key"]}`} aria-labelledby="device-key">
      <h2 id="device-key">{words.keyTitle}</h2>
      <p className="note">{settings?.anonymous === "none" ? words.keyCompulsory : words.keyHint}</p>
      <form onSubmit={submit}>
        <label className={form["field"]}>
          {words.deviceId}
          <input value={device} required maxLength={64} onChange={({ target }) => setDevice(target.value)} />
        </label>
        <button type="submit" className="button" disabled={making.isPending}>
          {words.makeKey}
        </button>
      </form>
      {made?.device !== device && known.some(({ id }) => id === device) && <p className="note">{words.replacesKey}</p>}
      {making.error && <p role="alert">{explain(making.error)}</p>}
      {made && (
        <div className={styles["made"]}>
          <QrCodeImage text={made.key} label={words.keyQr(made.device)} />
          <div>
            <p role="status">{words.keyMade(made.device, made.code)}</p>
            <Copyable code={made.key} label={words.key} />
          </div>
        </div>
      )}
    </section>
  );
}
