// The hub's public name: who keeps its records, whether the hub points it at this network, and a certificate for it.
import { type SubmitEvent, useState } from "react";
import type { ProviderChange, ReachChange, ReachStatus } from "../../../shared/security/reach.ts";
import { useAccessChange } from "../../api/access.ts";
import { apiUrl, explain, patch } from "../../api/client.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { text } from "../../i18n/text.ts";
import { formatDate } from "../../i18n/times.ts";
import form from "../../ui/form.module.css";
import styles from "./access-page.module.css";

type Provider = ReachStatus["settings"]["provider"];
type Acme = ReachStatus["settings"]["acme"];

const t = accessText.outside;
const { words } = text;
const TOKEN_PROVIDERS = ["duckdns", "desec", "cloudflare"] as const satisfies readonly Provider["kind"][];
const PROVIDERS = ["none", ...TOKEN_PROVIDERS] as const;
const CHALLENGES = ["dns-01", "http-01", "tls-alpn-01"] as const satisfies readonly Acme["challenge"][];

export function PublicName({ status: { settings, certificate, ddns } }: { readonly status: ReachStatus }) {
  const [name, setName] = useState(settings.name);
  const [kind, setKind] = useState(settings.provider.kind);
  const [token, setToken] = useState("");
  const [isPointed, setPointed] = useState(settings.ddns);
  const [acme, setAcme] = useState(settings.acme);
  const change = useAccessChange("reach", (wanted: ReachChange) => patch<ReachStatus>(apiUrl("reach"), wanted));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const { on, challenge, termsAgreed, email } = acme;
    const provider = providerChange(kind, token);
    change.mutate({
      name,
      ddns: isPointed,
      acme: { on, challenge, termsAgreed, email },
      ...(provider !== undefined && { provider }),
    });
  };
  return (
    <form className={`panel ${styles["section"]}`} onSubmit={submit}>
      <h2>{t.publicName}</h2>
      <label className={form["field"]}>
        {t.name}
        <input value={name} placeholder="my-home.duckdns.org" onChange={({ target }) => setName(target.value.trim())} />
      </label>
      <ProviderFields provider={settings.provider} kind={kind} onKind={setKind} token={token} onToken={setToken} />
      <CheckBox label={t.keepPointed} isOn={isPointed} onChange={setPointed} />
      {ddns.problem !== undefined && <p role="alert">{ddns.problem}</p>}
      <CertificateFields acme={acme} onChange={setAcme} />
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

/** Undefined for a command or a URL: it is set through the API, and stays. */
function providerChange(kind: Provider["kind"], token: string): ProviderChange | undefined {
  if (hasToken(kind)) return { kind, ...(token !== "" && { token }) };
  return kind === "none" ? { kind } : undefined;
}

function hasToken(kind: Provider["kind"]): kind is (typeof TOKEN_PROVIDERS)[number] {
  return TOKEN_PROVIDERS.some((one) => one === kind);
}

interface ProviderProps {
  /** In use. */
  readonly provider: Provider;
  readonly kind: Provider["kind"];
  readonly onKind: (kind: Provider["kind"]) => void;
  readonly token: string;
  readonly onToken: (token: string) => void;
}

function ProviderFields({ provider, kind, onKind, token, onToken }: ProviderProps) {
  const inUse = provider.kind;
  return (
    <>
      <label className={form["field"]}>
        {t.provider}
        <select
          value={kind}
          onChange={({ target }) => onKind([...PROVIDERS, inUse].find((one) => one === target.value) ?? "none")}
        >
          {PROVIDERS.map((one) => (
            <option key={one} value={one}>
              {t.providers[one]}
            </option>
          ))}
          {(inUse === "command" || inUse === "url") && <option value={inUse}>{t.byApi(inUse)}</option>}
        </select>
      </label>
      {hasToken(kind) && (
        <label className={form["field"]}>
          {t.token}
          <input
            type="password"
            autoComplete="off"
            value={token}
            placeholder={kind === inUse && provider.hasCredentials ? t.tokenInUse : ""}
            onChange={({ target }) => onToken(target.value.trim())}
          />
        </label>
      )}
    </>
  );
}

function CertificateFields({ acme, onChange }: { readonly acme: Acme; readonly onChange: (acme: Acme) => void }) {
  const { on, challenge, termsAgreed } = acme;
  return (
    <>
      <CheckBox label={t.getCertificate} isOn={on} onChange={(isOn) => onChange({ ...acme, on: isOn })} />
      {on && (
        <>
          <label className={form["field"]}>
            {t.proof}
            <select
              value={challenge}
              onChange={({ target }) => {
                const chosen = CHALLENGES.find((one) => one === target.value);
                if (chosen !== undefined) onChange({ ...acme, challenge: chosen });
              }}
            >
              {CHALLENGES.map((one) => (
                <option key={one} value={one}>
                  {t.challenges[one]}
                </option>
              ))}
            </select>
          </label>
          <CheckBox
            label={t.agree}
            isOn={termsAgreed}
            onChange={(isAgreed) => onChange({ ...acme, termsAgreed: isAgreed })}
          />
        </>
      )}
    </>
  );
}

interface CheckBoxProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

function CheckBox({ label, isOn, onChange }: CheckBoxProps) {
  return (
    <label className={styles["choice"]}>
      <input type="checkbox" checked={isOn} onChange={({ target }) => onChange(target.checked)} />
      {label}
    </label>
  );
}

function CertificateLine({ certificate: { state, notAfterMs, problem } }: Pick<ReachStatus, "certificate">) {
  if (problem !== undefined) return <p role="alert">{problem}</p>;
  if (state === "issuing") return <p role="status">{t.issuing}</p>;
  if (state !== "valid" || notAfterMs === undefined) return null;
  return <p>{t.validUntil(formatDate(notAfterMs))}</p>;
}
