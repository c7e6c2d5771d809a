// Reaching the hub from outside: what is in the way and what to do, step by step, then the name, its address and its certificate.
import { type SubmitEvent, useState } from "react";
import type { ReachChange, ReachStatus } from "../../../shared/security/reach.ts";
import { useAccessChange, useReach } from "../../api/access.ts";
import { apiUrl, explain, patch } from "../../api/client.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { text } from "../../i18n/text.ts";
import { formatDate } from "../../i18n/times.ts";
import { Finding } from "../../shell/notices/finding.tsx";
import { Failure } from "../../ui/failure.tsx";
import form from "../../ui/form.module.css";
import styles from "./access-page.module.css";

type ProviderKind = ReachStatus["settings"]["provider"]["kind"];

const t = accessText.outside;
const { words } = text;
const PROVIDERS = ["none", "duckdns", "desec", "cloudflare"] as const satisfies readonly ProviderKind[];
const CHALLENGES = ["dns-01", "http-01", "tls-alpn-01"] as const;

export function Outside() {
  const reach = useReach();
  if (reach.isLoadingError)
    return <Failure title={t.notChecked} message={explain(reach.error)} onRetry={() => void reach.refetch()} />;
  if (reach.data === undefined) return <p role="status">{t.checking}</p>;
  const status = reach.data;
  return (
    <>
      <Steps status={status} />
      <PublicName key={JSON.stringify(status.settings)} status={status} />
    </>
  );
}

function Steps({ status: { ready, checks, forwards } }: { readonly status: ReachStatus }) {
  return (
    <section className={`panel ${styles["section"]}`} aria-labelledby="outside">
      <h2 id="outside">{ready ? t.ready : t.notReady}</h2>
      {!ready && <p>{t.whatToDo}</p>}
      <ul className={styles["checks"]} aria-label={t.checked}>
        {checks.map((check) => (
          <Finding key={check.id} check={check} />
        ))}
      </ul>
      {forwards.length > 0 && (
        <p>{t.forwards(forwards.map(({ from, to, protocol }) => t.forward(from, to, protocol)))}</p>
      )}
    </section>
  );
}

function PublicName({ status: { settings, certificate, ddns } }: { readonly status: ReachStatus }) {
  const [name, setName] = useState(settings.name);
  const [kind, setKind] = useState(settings.provider.kind);
  const [token, setToken] = useState("");
  const [isPointed, setPointed] = useState(settings.ddns);
  const [acme, setAcme] = useState(settings.acme);
  const change = useAccessChange("reach", (wanted: ReachChange) => patch<ReachStatus>(apiUrl("reach"), wanted));
  const isTokenProvider = kind === "duckdns" || kind === "desec" || kind === "cloudflare";
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const { on, challenge, termsAgreed, email } = acme;
    change.mutate({
      name,
      ddns: isPointed,
      acme: { on, challenge, termsAgreed, email },
      // A command or a URL is set elsewhere, and stays.
      ...(kind === "none" && { provider: { kind } }),
      ...(isTokenProvider && { provider: { kind, ...(token !== "" && { token }) } }),
    });
  };
  return (
    <form className={`panel ${styles["section"]}`} onSubmit={submit}>
      <h2>{t.publicName}</h2>
      <label className={form["field"]}>
        {t.name}
        <input value={name} placeholder="my-home.duckdns.org" onChange={({ target }) => setName(target.value.trim())} />
      </label>
      <label className={form["field"]}>
        {t.provider}
        <select value={kind} onChange={({ target }) => setKind(providerOf(target.value))}>
          {PROVIDERS.map((value) => (
            <option key={value} value={value}>
              {t.providers[value]}
            </option>
          ))}
          {(kind === "command" || kind === "url") && <option value={kind}>{t.byApi(kind)}</option>}
        </select>
      </label>
      {isTokenProvider && (
        <label className={form["field"]}>
          {t.token}
          <input
            type="password"
            autoComplete="off"
            value={token}
            placeholder={settings.provider.hasCredentials ? t.tokenInUse : ""}
            onChange={({ target }) => setToken(target.value.trim())}
          />
        </label>
      )}
      <label className={styles["choice"]}>
        <input type="checkbox" checked={isPointed} onChange={({ target }) => setPointed(target.checked)} />
        {t.keepPointed}
      </label>
      {ddns.problem !== undefined && <p role="alert">{ddns.problem}</p>}
      <label className={styles["choice"]}>
        <input type="checkbox" checked={acme.on} onChange={({ target }) => setAcme({ ...acme, on: target.checked })} />
        {t.getCertificate}
      </label>
      {acme.on && (
        <>
          <label className={form["field"]}>
            {t.proof}
            <select
              value={acme.challenge}
              onChange={({ target }) => {
                const challenge = CHALLENGES.find((value) => value === target.value);
                if (challenge !== undefined) setAcme({ ...acme, challenge });
              }}
            >
              {CHALLENGES.map((value) => (
                <option key={value} value={value}>
                  {t.challenges[value]}
                </option>
              ))}
            </select>
          </label>
          <label className={styles["choice"]}>
            <input
              type="checkbox"
              checked={acme.termsAgreed}
              onChange={({ target }) => setAcme({ ...acme, termsAgreed: target.checked })}
            />
            {t.agree}
          </label>
        </>
      )}
      <CertificateLine certificate={certificate} />
      {change.error && <p role="alert">{explain(change.error)}</p>}
      <div className={styles["buttons"]}>
        <button type="submit" className="button primary" disabled={change.isPending}>
          {change.isPending ? words.saving : words.save}
        </button>
      </div>
    </form>
  );
}

function CertificateLine({ certificate: { state, notAfterMs, problem } }: Pick<ReachStatus, "certificate">) {
  if (problem !== undefined) return <p role="alert">{problem}</p>;
  if (state === "issuing") return <p role="status">{t.issuing}</p>;
  if (state !== "valid" || notAfterMs === undefined) return null;
  return <p>{t.validUntil(formatDate(notAfterMs))}</p>;
}

function providerOf(chosen: string): ProviderKind {
  return PROVIDERS.find((kind) => kind === chosen) ?? "none";
}
