// TLS: one switch, the certificate that it shows, and how each system comes to trust the hub's own authority.
import { type SubmitEvent, useState } from "react";
import type { TlsChange, TlsMode, TlsStatus } from "../../../shared/security/tls.ts";
import { ON_TRIAL, useAccessChange, useTls } from "../../api/access.ts";
import { apiUrl, explain, patch } from "../../api/client.ts";
import { useHub } from "../../api/queries.ts";
import { chosenHost, HubAddress } from "../../device/hub-address.tsx";
import { hubUrl } from "../../i18n/hub-links.ts";
import { pageText } from "../../i18n/page-text.ts";
import { formatDate } from "../../i18n/times.ts";
import { Copyable } from "../../ui/copyable.tsx";
import { Failure } from "../../ui/failure.tsx";
import form from "../../ui/form.module.css";
import { QrCodeImage } from "../../ui/qr-code.tsx";
import styles from "./access-page.module.css";

const CHOICES: readonly (readonly [TlsMode, string, string])[] = [
  ["off", "Off", "What devices and browsers send can be read by others on this network."],
  [
    "own",
    "By the hub’s own authority",
    "It makes and renews its certificate. Devices and browsers are told to trust it once.",
  ],
  ["acme", "By the certificate of its public name", "Browsers trust it as it is. Set the name under “From outside”."],
  ["files", "By files of yours", "PEM files on the hub’s computer. They are read again when they change."],
];

export function Encryption() {
  const tls = useTls();
  if (tls.isLoadingError)
    return (
      <Failure
        title="The settings could not be loaded."
        message={explain(tls.error)}
        onRetry={() => void tls.refetch()}
      />
    );
  if (tls.data === undefined) return null;
  return (
    <>
      <Switch key={`${tls.data.mode} ${tls.data.plainPorts}`} status={tls.data} />
      <Certificate status={tls.data} />
    </>
  );
}

function Switch({ status }: { readonly status: TlsStatus }) {
  const [mode, setMode] = useState(status.mode);
  const [isPlainClosed, setPlainClosed] = useState(status.plainPorts === "closed-but-loopback");
  const [certFile, setCertFile] = useState(status.certFile ?? "");
  const [keyFile, setKeyFile] = useState(status.keyFile ?? "");
  const change = useAccessChange("tls", (wanted: TlsChange) => patch<TlsStatus>(apiUrl("tls", ON_TRIAL), wanted));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const plainPorts = isPlainClosed ? "closed-but-loopback" : "open";
    change.mutate({ mode, plainPorts, ...(mode === "files" && { certFile, keyFile }) });
  };
  return (
    <form className={`panel ${styles["section"]}`} onSubmit={submit}>
      <h2 id="tls">Encrypt what is sent (HTTPS and MQTT over TLS)</h2>
      <fieldset className={styles["choices"]} disabled={change.isPending} aria-labelledby="tls">
        {CHOICES.map(([value, label, meaning]) => (
          <label key={value}>
            <input type="radio" name="tls" checked={mode === value} onChange={() => setMode(value)} />
            <b>{label}</b>
            <p>{meaning}</p>
          </label>
        ))}
      </fieldset>
      {mode === "files" && (
        <>
          <label className={form["field"]}>
            Certificate, with those in between
            <input
              value={certFile}
              placeholder="/etc/ssl/hub/fullchain.pem"
              onChange={({ target }) => setCertFile(target.value)}
            />
          </label>
          <label className={form["field"]}>
            Its key
            <input
              value={keyFile}
              placeholder="/etc/ssl/hub/privkey.pem"
              onChange={({ target }) => setKeyFile(target.value)}
            />
          </label>
        </>
      )}
      {mode !== "off" && (
        <label className={styles["choice"]}>
          <input type="checkbox" checked={isPlainClosed} onChange={({ target }) => setPlainClosed(target.checked)} />
          Close the ports without TLS to other computers. Devices that do not speak it are cut off.
        </label>
      )}
      {change.error && <p role="alert">{explain(change.error)}</p>}
      {status.problems.map((problem) => (
        <p key={problem} role="alert">
          {problem}
        </p>
      ))}
      <div className={styles["buttons"]}>
        <button type="submit" className="button primary" disabled={change.isPending}>
          {change.isPending ? "Saving…" : "Save"}
        </button>
      </div>
    </form>
  );
}

function Certificate({
  status: { mode, httpsPort, mqttsPort, certificate, authority },
}: {
  readonly status: TlsStatus;
}) {
  const { data: hub } = useHub();
  const [chosen, setChosen] = useState<string>();
  if (mode === "off" || hub === undefined) return null;
  if (certificate === null)
    return (
      <section className={`panel ${styles["section"]}`}>
        <h2>The certificate</h2>
        <p>There is none yet: the ports open once there is one.</p>
      </section>
    );
  const address = chosenHost(hub, chosen);
  const authorityUrl = `${hubUrl(address, hub)}/ca.pem`;
  return (
    <section className={`panel ${styles["section"]}`} aria-labelledby="certificate">
      <h2 id="certificate">The certificate</h2>
      <p>
        HTTPS is on port {httpsPort}, MQTT over TLS on port {mqttsPort}. It stands for {certificate.names.join(", ")},
        and is renewed before {formatDate(certificate.notAfterMs)}.
      </p>
      {authority !== null && (
        <>
          <p>
            It is signed by “{authority.name}”, which nobody trusts without having been told to. Compare this
            fingerprint where you install it:
          </p>
          <div className={styles["secret"]}>
            <Copyable code={authority.fingerprint} label="fingerprint of the authority" />
          </div>
          <HubAddress label={pageText.addDevice.linkAddress} hub={hub} chosen={chosen} onChosen={setChosen} />
          <p>
            A browser, phone or device gets it from <a href={authorityUrl}>{authorityUrl}</a>. On a phone, open it by
            this code and install it in the settings.
          </p>
          <QrCodeImage text={authorityUrl} label="Address of the hub’s authority" />
          <div className={styles["secret"]}>
            <Copyable
              code={`curl ${authorityUrl.startsWith("https:") ? "-k " : ""}-o bramble-ca.pem ${authorityUrl}\nmosquitto_pub --cafile bramble-ca.pem -h ${address} -p ${mqttsPort} -t sensor/data -m '{"device_id":"raspi-01","temperature":25.5}'`}
              label="how a Pi sends over TLS"
            />
          </div>
        </>
      )}
    </section>
  );
}
