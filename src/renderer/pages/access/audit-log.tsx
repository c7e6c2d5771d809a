// Who did what, to what, from where and when, newest first: filtered by the hub, and saved as CSV or JSON.
import { useState } from "react";
import type { AuditEntry } from "../../../shared/security/access.ts";
import { type AuditFilter, useAudit } from "../../api/access.ts";
import { explain } from "../../api/client.ts";
import { hubNowMs } from "../../api/feed/hub-clock.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { locale } from "../../i18n/language.ts";
import { formatAgo } from "../../i18n/times.ts";
import { Failure } from "../../ui/failure.tsx";
import form from "../../ui/form.module.css";
import rows from "../../ui/rows.module.css";
import styles from "./access-page.module.css";
import { AuditExport } from "./audit-export.tsx";

const DAY_MS = 86_400_000;
const KINDS = [
  ["", "everything"],
  ["session.", "signing in"],
  ["device.", "devices"],
  ["key.", "keys of devices"],
  ["person.", "people"],
  ["api-key.", "API keys"],
  ["share.", "shared links"],
  ["access.", "settings"],
] as const;

export function AuditLog() {
  const [actor, setActor] = useState("");
  const [action, setAction] = useState("");
  const [outcome, setOutcome] = useState("");
  const [days, setDays] = useState("");
  const [openedMs] = useState(hubNowMs);
  const filter: AuditFilter = {
    ...(actor.trim() !== "" && { actor: actor.trim() }),
    ...(action !== "" && { action }),
    ...((outcome === "done" || outcome === "refused") && { outcome }),
    ...(days !== "" && { from: Math.round(openedMs - Number(days) * DAY_MS) }),
  };
  const audit = useAudit(filter);
  const entries = audit.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <section aria-label="Log">
      <div className={styles["filters"]}>
        <label className={form["field"]}>
          Who
          <input value={actor} placeholder="anybody" onChange={({ target }) => setActor(target.value)} />
        </label>
        <label className={form["field"]}>
          What
          <select value={action} onChange={({ target }) => setAction(target.value)}>
            {KINDS.map(([kind, label]) => (
              <option key={kind} value={kind}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label className={form["field"]}>
          Outcome
          <select value={outcome} onChange={({ target }) => setOutcome(target.value)}>
            <option value="">any</option>
            <option value="done">done</option>
            <option value="refused">refused</option>
          </select>
        </label>
        <label className={form["field"]}>
          When
          <select value={days} onChange={({ target }) => setDays(target.value)}>
            <option value="">ever</option>
            <option value="1">last 24 hours</option>
            <option value="7">last 7 days</option>
            <option value="30">last 30 days</option>
          </select>
        </label>
        <AuditExport filter={filter} />
      </div>
      {audit.isLoadingError && (
        <Failure
          title="The log could not be loaded."
          message={explain(audit.error)}
          onRetry={() => void audit.refetch()}
        />
      )}
      {audit.data !== undefined && entries.length === 0 && <p>Nothing fits.</p>}
      {entries.length > 0 && (
        <ul className={`panel ${rows["rows"]}`}>
          {[...entries.entries()].map(([index, entry]) => (
            <li key={entries.length - index}>
              <Entry entry={entry} />
            </li>
          ))}
        </ul>
      )}
      {audit.hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={audit.isFetchingNextPage}
          onClick={() => void audit.fetchNextPage()}
        >
          Show older
        </button>
      )}
    </section>
  );
}

function Entry({ entry: { atMs, actor, action, subject, address, outcome } }: { readonly entry: AuditEntry }) {
  const nowMs = useNow(60_000);
  return (
    <>
      <div>
        <strong>{actor}</strong> {action} {subject}
        {outcome === "refused" && <span className={styles["refused"]}> ✕ refused</span>}
        <p>{address === "" ? "from the hub itself" : `from ${address}`}</p>
      </div>
      <time className="note" dateTime={new Date(atMs).toISOString()} title={new Date(atMs).toLocaleString(locale)}>
        {formatAgo(atMs, nowMs)}
      </time>
    </>
  );
}
