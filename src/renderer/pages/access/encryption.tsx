// TLS: one switch, the certificate that it shows, and how each system comes to trust the hub's own authority.
import { type SubmitEvent, useState } from "react";
import type { TlsChange, TlsMode, TlsStatus } from "../../../shared/security/tls.ts";
import { ON_TRIAL, useAccessChange, useTls } from "../../api/access.ts";
import { apiUrl, explain, patch } from "../../api/client.ts";
import { useHub } from "../../api/queries.ts";
import { chosenHost, HubAddress } from "../../device/hub-address.tsx";
import { Around } from "../../i18n/around.tsx";
import { hubUrl } from "../../i18n/hub-links.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { pageText } from "../../i18n/page-text.ts";
import { text } from "../../i18n/text.ts";
import { formatDate } from "../../i18n/times.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { ChangedMeanwhile } from "../../ui/changed-meanwhile.tsx";
import { Copyable } from "../../ui/copyable.tsx";
import form from "../../ui/form.module.css";
import { type Draft, useDraft } from "../../ui/hooks/use-draft.ts";
import { QrCodeImage } from "../../ui/qr-code.tsx";
import styles from "./access-page.module.css";

const t = accessText.encryption;
const { words } = text;
const CHOICES: readonly TlsMode[] = ["off", "own", "acme", "files"];

export function Encryption() {
  const tls = useTls();
  if (tls.isLoadingError) return <Failure title={t.notLoaded} of={tls} />;
  if (tls.data === undefined) return <div className="skeleton loading" aria-hidden="true" />;
  return (
    <>
      <Switch status={tls.data} />
      <Certificate status={tls.data} />
    </>
  );
}

function Switch({ status }: { readonly status: TlsStatus }) {
  const mode = useDraft(status.mode);
  const plainPorts = useDraft(status.plainPorts);
  const certFile = useDraft(status.certFile ?? "");
  const keyFile = useDraft(status.keyFile ?? "");
  const change = useAccessChange("tls", (wanted: TlsChange) => patch<TlsStatus>(apiUrl("tls", ON_TRIAL), wanted));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    // What others set meanwhile stays.
    const wanted: TlsChange = {
      ...(mode.isEdited && { mode: mode.value }),
      ...(plainPorts.isEdited && { plainPorts: plainPorts.value }),
      ...(mode.value === "files" && certFile.isEdited && { certFile: certFile.value }),
      ...(mode.value === "files" && keyFile.isEdited && { keyFile: keyFile.value }),
    };
    const onSuccess = () => {
      for (const draft of [mode, plainPorts, certFile, keyFile]) draft.saved();
    };
    change.mutate(wanted, { onSuccess });
  };
  return (
    <form className={`panel ${styles["section"]}`} onSubmit={submit}>
      <h2 id="tls">{t.title}</h2>
      <fieldset className={styles["choices"]} disabled={change.isPending} aria-labelledby="tls">
        {CHOICES.map((value) => (
          <label key={value}>
            <input type="radio" name="tls" checked={mode.value === value} onChange={() => mode.enter(value)} />
            <b>{t.choices[value].label}</b>
            <p>{t.choices[value].meaning}</p>
          </label>
        ))}
      </fieldset>
      <ChangedMeanwhile draft={mode} now={t.choices[status.mode].label} isSaving={change.isPending} />
      {mode.value === "files" && (
        <>
          <FileField label={t.certificateFile} draft={certFile} placeholder="/etc/ssl/hub/fullchain.pem" />
          <ChangedMeanwhile draft={certFile} now={status.certFile ?? ""} isSaving={change.isPending} />
          <FileField label={t.keyFile} draft={keyFile} placeholder="/etc/ssl/hub/privkey.pem" />
          <ChangedMeanwhile draft={keyFile} now={status.keyFile ?? ""} isSaving={change.isPending} />
        </>
      )}
      {mode.value !== "off" && (
        <label className={styles["choice"]}>
          <input
            type="checkbox"
            checked={plainPorts.value === "closed-but-loopback"}
            onChange={({ target }) => plainPorts.enter(target.checked ? "closed-but-loopback" : "open")}
          />
          {t.closePlain}
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
          {change.isPending ? words.saving : words.save}
        </button>
      </div>
    </form>
  );
}

interface FileProps {
  readonly label: string;
  readonly draft: Draft<string>;
  readonly placeholder: string;
}

function FileField({ label, draft, placeholder }: FileProps) {
  return (
    <label className={form["field"]}>
      {label}
      <input value={draft.value} placeholder={placeholder} onChange={({ target }) => draft.enter(target.value)} />
    </label>
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
        <h2>{t.certificate}</h2>
        <p>{t.noCertificate}</p>
      </section>
    );
  const address = chosenHost(hub, chosen);
  const authorityUrl = `${hubUrl(address, hub)}/ca.pem`;
  return (
    <section className={`panel ${styles["section"]}`} aria-labelledby="certificate">
      <h2 id="certificate">{t.certificate}</h2>
      <p>{t.ports(httpsPort, mqttsPort, certificate.names.join(", "), formatDate(certificate.notAfterMs))}</p>
      {authority !== null && (
        <>
          <p>{t.signedBy(authority.name)}</p>
          <div className={styles["secret"]}>
            <Copyable code={authority.fingerprint} label={t.fingerprint} />
          </div>
          <HubAddress label={pageText.addDevice.linkAddress} hub={hub} chosen={chosen} onChosen={setChosen} />
          <p>
            <Around sentence={t.authorityAt(authorityUrl)} part={authorityUrl}>
              <a href={authorityUrl}>{authorityUrl}</a>
            </Around>
          </p>
          <QrCodeImage text={authorityUrl} label={t.authorityAddress} />
          <div className={styles["secret"]}>
            <Copyable
              code={`curl ${authorityUrl.startsWith("https:") ? "-k " : ""}-o bramble-ca.pem ${authorityUrl}\nmosquitto_pub --cafile bramble-ca.pem -h ${address} -p ${mqttsPort} -t sensor/data -m '{"device_id":"raspi-01","temperature":25.5}'`}
              label={t.howPiSends}
            />
          </div>
        </>
      )}
    </section>
  );
}
