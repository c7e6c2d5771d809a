// The status line: the hub's name and ports, devices online, reading rate, stored bytes, its notes, the signed-in person, and the
// window's settings.

import { useSignal } from "../../api/feed/signal.ts";
import { useLive } from "../../api/feed/use-live.ts";
import { useMe, useSeesAll } from "../../api/me.ts";
import { useDevices, useHub } from "../../api/queries.ts";
import { formatBytes, formatValue } from "../../i18n/numbers.ts";
import { text } from "../../i18n/text.ts";
import { Choices } from "./choices.tsx";
import styles from "./hub-status.module.css";
import { SignedIn } from "./signed-in.tsx";

export function HubStatus() {
  const { data: hub } = useHub();
  if (hub === undefined) return null;
  return (
    <footer className={styles["status"]}>
      {hub.notes.map((note) => (
        <p key={note} className={styles["note"]}>
          {note}
        </p>
      ))}
      <strong className="cut" title={hub.name}>
        {hub.name}
      </strong>
      <span>
        MQTT {hub.mqttPort} · HTTP {hub.httpPort}
      </span>
      <Traffic />
      <span>{text.shell.stored(formatBytes(hub.storedBytes))}</span>
      <SignedIn />
      <Choices />
    </footer>
  );
}

function Traffic() {
  const { data: devices } = useDevices();
  const live = useLive();
  const rate = useSignal(live.readingsPerSecond);
  const connection = useSignal(live.connection);
  const { data: me } = useMe();
  const seesAll = useSeesAll();
  if (devices === undefined) return null;
  if (connection === "lost") return <span>{text.shell.notConnected}</span>;
  const online = devices.filter(({ presence }) => presence.online).length;
  return (
    <>
      <span>{text.shell.online(online, devices.length)}</span>
      {/* The rate is of all devices: hidden from a person with a scope of devices. */}
      {(seesAll || me === undefined) && (
        <span>{rate === undefined ? "\u00a0" : text.shell.readingsPerSecond(formatValue(rounded(rate)))}</span>
      )}
    </>
  );
}

/** A few devices that send every minute are not 0 readings a second. */
const rounded = (rate: number): number => (rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate));
