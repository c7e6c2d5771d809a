// The hub's public name: who keeps its records, whether the hub points it at this network, and a certificate for it.
import type { SubmitEvent } from "react";
import type { ProviderChange, ReachChange, ReachStatus } from "../../../shared/security/reach.ts";
import { useAccessChange } from "../../api/access.ts";
import { apiUrl, explain, patch } from "../../api/client.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { text } from "../../i18n/text.ts";
import { formatDate } from "../../i18n/times.ts";
import { ChangedMeanwhile } from "../../ui/changed-meanwhile.tsx";
import form from "../../ui/form.module.css";
import { type Draft, useDraft } from "../../ui/hooks/use-draft.ts";
import styles from "./access-page.module.css";

type Provider = ReachStatus["settings"]["provider"];
type Acme = ReachStatus["settings"]["acme"];

const t = accessText.outside;
const { words } = text;
const TOKEN_PROVIDERS = ["duckdns", "desec", "cloudflare"] as const satisfies readonly Provider["kind"][];
const PROVIDERS = ["none", ...TOKEN_PROVIDERS] as const;
const CHALLENGES = ["dns-01", "http-01", "tls-alpn-01"] as const satisfies readonly Acme["challenge"][];

interface AcmeDrafts {
  readonly on: Draft<boolean>;
  readonly challenge: Draft<Acme["challenge"]>;
  readonly termsAgreed: Draft<boolean>;
}

export function PublicName({ status: { settings, certificate, ddns } }: { readonly status: ReachStatus }) {
  const name = useDraft(settings.name);
  const kind = useDraft(settings.provider.kind);
  const token = useDraft<string>("");
  const isPointed = useDraft(settings.ddns);
  const acme: AcmeDrafts = {
    on: useDraft(settings.acme.on),
    challenge: useDraft(settings.acme.challenge),
    termsAgreed: useDraft(settings.acme.termsAgreed),
  };
  const change = useAccessChange("reach", (wanted: ReachChange) => patch<ReachStatus>(apiUrl("reach"), wanted));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const { on, challenge, termsAgreed } = acme;
    const provider = kind.isEdited ? providerChange(kind.value, token.value) : undefined;
    // What others set meanwhile stays.
    const wanted: ReachChange = {
      ...(name.isEdited && { name: name.value }),
      ...(provider !== undefined && { provider }),
      ...(isPointed.isEdited && { ddns: isPointed.value }),
      acme: {
        ...(on.isEdited && { on: on.value }),
        ...(challenge.isEdited && { challenge: challenge.value }),
        ...(termsAgreed.isEdited && { termsAgreed: termsAgreed.value }),
      },
    };
    const onSuccess = () => {
      for (const draft of [name, kind, token, isPointed, on, challenge, termsAgreed]) draft.saved();
    };
    change.mutate(wanted, { onSuccess });
  };
  return (
    <form className={`panel ${styles["section"]}`} onSubmit={submit}>
      <h2>{t.publicName}</h2>
      <label className={form["field"]}>
        {t.name}
        <input
          value={name.value}
          placeholder="my-home.duckdns.org"
          onChange={({ target }) => name.enter(target.value.trim())}
        />
      </label>
      <ChangedMeanwhile draft={name} now={settings.name} isSaving={change.isPending} />
      <ProviderFields provider={settings.provider} kind={kind} token={token} />
      <ChangedMeanwhile draft={kind} now={providerName(settings.provider.kind)} isSaving={change.isPending} />
      <CheckBox label={t.keepPointed} draft={isPointed} />
      {ddns.problem !== undefined && <p role="alert">{ddns.problem}</p>}
      <CertificateFields acme={acme} />
      <ChangedMeanwhile
        draft={acme.challenge}
        now={t.challenges[settings.acme.challenge]}
        isSaving={change.isPending}
      />
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

function providerName(kind: Provider["kind"]): string {
  return kind === "command" || kind === "url" ? t.byApi(kind) : t.providers[kind];
}

interface ProviderProps {
  /** In use. */
  readonly provider: Provider;
  readonly kind: Draft<Provider["kind"]>;
  readonly token: Draft<string>;
}

function ProviderFields({ provider, kind, token }: ProviderProps) {
  const inUse = provider.kind;
  const enterToken = (typed: string) => {
    // It is of the provider that is shown, whatever others choose meanwhile.
    kind.enter(kind.value);
    token.enter(typed.trim());
  };
  // A command or a URL is set through the API alone.
  const choices = [...new Set([...PROVIDERS, inUse, kind.value])];
  return (
    <>
      <label className={form["field"]}>
        {t.provider}
        <select
          value={kind.value}
          onChange={({ target }) => kind.enter(choices.find((one) => one === target.value) ?? "none")}
        >
          {choices.map((one) => (
            <option key={one} value={one}>
              {providerName(one)}
            </option>
          ))}
        </select>
      </label>
      {hasToken(kind.value) && (
        <label className={form["field"]}>
          {t.token}
          <input
            type="password"
            autoComplete="off"
            value={token.value}
            placeholder={kind.value === inUse && provider.hasCredentials ? t.tokenInUse : ""}
            onChange={({ target }) => enterToken(target.value)}
          />
        </label>
      )}
    </>
  );
}

function CertificateFields({ acme: { on, challenge, termsAgreed } }: { readonly acme: AcmeDrafts }) {
  return (
    <>
      <CheckBox label={t.getCertificate} draft={on} />
      {on.value && (
        <>
          <label className={form["field"]}>
            {t.proof}
            <select
              value={challenge.value}
              onChange={({ target }) => {
                const chosen = CHALLENGES.find((one) => one === target.value);
                if (chosen !== undefined) challenge.enter(chosen);
              }}
            >
              {CHALLENGES.map((one) => (
                <option key={one} value={one}>
                  {t.challenges[one]}
                </option>
              ))}
            </select>
          </label>
          <CheckBox label={t.agree} draft={termsAgreed} />
        </>
      )}
    </>
  );
}

/** It can be overtaken by nobody: of two values, another's change is a person's own. */
function CheckBox({ label, draft }: { readonly label: string; readonly draft: Draft<boolean> }) {
  return (
    <label className={styles["choice"]}>
      <input type="checkbox" checked={draft.value} onChange={({ target }) => draft.enter(target.checked)} />
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
