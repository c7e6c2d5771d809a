// Reaching the hub from outside: what is in the way and what to do, step by step, then the name, its address and its certificate.
import { type SubmitEvent, useState } from "react";
import type { ReachChange, ReachStatus } from "../../../shared/security/reach.ts";
import { useAccessChange, useReach } from "../../api/access.ts";
import { apiUrl, explain, patch } from "../../api/client.ts";
import { formatDate } from "../../i18n/times.ts";
import { Finding } from "../../shell/notices/finding.tsx";
import { Failure } from "../../ui/failure.tsx";
import form from "../../ui/form.module.css";
import styles from "./access-page.module.css";

type ProviderKind = ReachStatus["settings"]["provider"]["kind"];

const PROVIDERS: readonly (readonly [ProviderKind, string])[] = [
  ["none", "None"],
  ["duckdns", "DuckDNS"],
  ["desec", "deSEC"],
  ["cloudflare", "Cloudflare"],
];
const CHALLENGES = [
  ["dns-01", "A DNS record, set through the provider (no open port)"],
  ["http-01", "An answer on port 80"],
  ["tls-alpn-01", "An answer on port 443"],
] as const;

export function Outside() {
  const reach = useReach();
  if (reach.isLoadingError)
    return (
      <Failure
        title="The checks could not be made."
        message={explain(reach.error)}
        onRetry={() => void reach.refetch()}
      />
    );
  if (reach.data === undefined) return <p role="status">Checking…</p>;
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
      <h2 id="outside">{ready ? "The hub may face the internet" : "Not ready for the internet"}</h2>
      {!ready && (
        <p>
          What is in the way is below, and what to do about it. At home nothing of this is needed, and with Tailscale or
          WireGuard on both ends no port has to be opened.
        </p>
      )}
      <ul className={styles["checks"]} aria-label="What was checked">
        {checks.map((check) => (
          <Finding key={check.id} check={check} />
        ))}
      </ul>
      {forwards.length > 0 && (
        <p>
          On the router forward{" "}
          {forwards
            .map(({ from, to, protocol }) => `port ${from} to port ${to} of this computer (${protocol})`)
            .join(", and ")}
          . Never forward the ports without TLS.
        </p>
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
      <h2>The public name</h2>
      <label className={form["field"]}>
        Name
        <input value={name} placeholder="my-home.duckdns.org" onChange={({ target }) => setName(target.value.trim())} />
      </label>
      <label className={form["field"]}>
        Who keeps its records
        <select value={kind} onChange={({ target }) => setKind(providerOf(target.value))}>
          {PROVIDERS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
          {(kind === "command" || kind === "url") && <option value={kind}>As set through the API ({kind})</option>}
        </select>
      </label>
      {isTokenProvider && (
        <label className={form["field"]}>
          Token of the provider
          <input
            type="password"
            autoComplete="off"
            value={token}
            placeholder={settings.provider.hasCredentials ? "The one in use" : ""}
            onChange={({ target }) => setToken(target.value.trim())}
          />
        </label>
      )}
      <label className={styles["choice"]}>
        <input type="checkbox" checked={isPointed} onChange={({ target }) => setPointed(target.checked)} />
        Keep the name pointed at this network (dynamic DNS)
      </label>
      {ddns.problem !== undefined && <p role="alert">{ddns.problem}</p>}
      <label className={styles["choice"]}>
        <input type="checkbox" checked={acme.on} onChange={({ target }) => setAcme({ ...acme, on: target.checked })} />
        Get a certificate for it from Let’s Encrypt, and renew it
      </label>
      {acme.on && (
        <>
          <label className={form["field"]}>
            How it is proven that the name is yours
            <select
              value={acme.challenge}
              onChange={({ target }) => {
                const challenge = CHALLENGES.find(([value]) => value === target.value)?.[0];
                if (challenge !== undefined) setAcme({ ...acme, challenge });
              }}
            >
              {CHALLENGES.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
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
            I agree to the terms of service of Let’s Encrypt
          </label>
        </>
      )}
      <CertificateLine certificate={certificate} />
      {change.error && <p role="alert">{explain(change.error)}</p>}
      <div className={styles["buttons"]}>
        <button type="submit" className="button primary" disabled={change.isPending}>
          {change.isPending ? "Saving…" : "Save"}
        </button>
      </div>
    </form>
  );
}

function CertificateLine({ certificate: { state, notAfterMs, problem } }: Pick<ReachStatus, "certificate">) {
  if (problem !== undefined) return <p role="alert">{problem}</p>;
  if (state === "issuing") return <p role="status">A certificate is being issued…</p>;
  if (state !== "valid" || notAfterMs === undefined) return null;
  return <p>The certificate is valid until {formatDate(notAfterMs)}. Turn it on under “Encryption”.</p>;
}

function providerOf(text: string): ProviderKind {
  return PROVIDERS.find(([kind]) => kind === text)?.[0] ?? "none";
}
