// The status line: the hub's name and ports, devices online, reading rate, stored bytes, its notes, and the language.
import { useDevices, useHub } from "../api/queries.ts";
import { useSignal } from "../api/signal.ts";
import { useLive } from "../api/use-live.ts";
import { chooseLanguage, chosenLanguage, isLanguage, LANGUAGES } from "../i18n/language.ts";
import { formatBytes, formatCount } from "../i18n/numbers.ts";
import { text } from "../i18n/text.ts";
import styles from "./hub-status.module.css";

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
      <LanguageChoice />
    </footer>
  );
}

function Traffic() {
  const { data: devices } = useDevices();
  const live = useLive();
  const rate = useSignal(live.readingsPerSecond);
  const connection = useSignal(live.connection);
  if (devices === undefined) return null;
  if (connection === "lost") return <span>{text.shell.notConnected}</span>;
  const online = devices.filter(({ presence }) => presence.online).length;
  return (
    <>
      <span>{text.shell.online(online, devices.length)}</span>
      <span>{rate === undefined ? "\u00a0" : text.shell.readingsPerSecond(formatCount(rate))}</span>
    </>
  );
}

function LanguageChoice() {
  return (
    <select
      className={styles["language"]}
      aria-label={text.shell.language}
      value={chosenLanguage() ?? ""}
      onChange={({ target }) => chooseLanguage(isLanguage(target.value) ? target.value : null)}
    >
      <option value="">{text.shell.languageOfSystem}</option>
      {Object.entries(LANGUAGES).map(([code, name]) => (
        <option key={code} value={code} lang={code}>
          {name}
        </option>
      ))}
    </select>
  );
}
