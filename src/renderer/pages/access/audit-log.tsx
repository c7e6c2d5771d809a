// The audit log, newest first: filtered by the hub, and saved as CSV or JSON.
import { useState } from "react";
import type { AuditEntry } from "../../../shared/security/access.ts";
import { DAY_MS } from "../../../shared/time.ts";
import { hubNowMs } from "../../api/feed/hub-clock.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { useViews } from "../../api/history/views.ts";
import { useDevices } from "../../api/queries.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { Moment } from "../../i18n/moment.tsx";
import { nameAndId } from "../../i18n/names.ts";
import { pageText } from "../../i18n/page-text.ts";
import { formatAgo } from "../../i18n/times.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import form from "../../ui/form.module.css";
import rows from "../../ui/rows.module.css";
import styles from "./access-page.module.css";
import { AuditExport } from "./audit-export.tsx";
import { type AuditFilter, useAudit } from "./use-audit.ts";

const t = accessText.log;
/** What is not among them is named as the API names it. */
const OF_DEVICES = /^(?:command|device|key|mend)\./;
const KINDS = [
  ["", t.kinds.everything],
  ["session.", t.kinds.session],
  ["device.", t.kinds.device],
  ["command.", t.kinds.command],
  ["key.", t.kinds.key],
  ["person.", t.kinds.person],
  ["api-key.", t.kinds.apiKey],
  ["share.", t.kinds.share],
  ["access.", t.kinds.access],
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
    <section aria-label={t.title}>
      <div className={styles["filters"]}>
        <label className={form["field"]}>
          {t.who}
          <input value={actor} placeholder={t.anybody} onChange={({ target }) => setActor(target.value)} />
        </label>
        <label className={form["field"]}>
          {t.what}
          <select value={action} onChange={({ target }) => setAction(target.value)}>
            {KINDS.map(([kind, label]) => (
              <option key={kind} value={kind}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label className={form["field"]}>
          {t.outcome}
          <select value={outcome} onChange={({ target }) => setOutcome(target.value)}>
            <option value="">{t.outcomes.any}</option>
            <option value="done">{t.outcomes.done}</option>
            <option value="refused">{t.outcomes.refused}</option>
          </select>
        </label>
        <label className={form["field"]}>
          {t.when}
          <select value={days} onChange={({ target }) => setDays(target.value)}>
            <option value="">{t.ever}</option>
            <option value="1">{t.lastDay}</option>
            <option value="7">{t.lastDays(7)}</option>
            <option value="30">{t.lastDays(30)}</option>
          </select>
        </label>
        <AuditExport filter={filter} />
      </div>
      {audit.isLoadingError && <Failure title={t.notLoaded} of={audit} />}
      {audit.isPending && <div className="skeleton loading" aria-hidden="true" />}
      {audit.data !== undefined && entries.length === 0 && <p>{t.nothing}</p>}
      {entries.length > 0 && (
        <ul className={`panel ${rows["rows"]}`} aria-busy={audit.isPlaceholderData}>
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
          {t.older}
        </button>
      )}
    </section>
  );
}

function actionText(action: string): string {
  return (Object.hasOwn(accessText.actions, action) ? accessText.actions[action] : undefined) ?? action;
}

function Entry({ entry: { atMs, actor, action, subject, address, outcome } }: { readonly entry: AuditEntry }) {
  const nowMs = useNow(60_000);
  const { data: devices = [] } = useDevices();
  const { data: views = [] } = useViews();
  const device = OF_DEVICES.test(action) ? devices.find(({ id }) => id === subject) : undefined;
  const named = device === undefined ? views.find(({ id }) => id === subject)?.name : nameAndId(device);
  return (
    <>
      <div>
        <strong>{pageText.others.actor(actor)}</strong> · <span title={action}>{actionText(action)}</span>
        {subject !== "" && ` · ${named ?? subject}`}
        {outcome === "refused" && <span className={styles["refused"]}> {t.wasRefused}</span>}
        <p>{address === "" ? t.fromHub : t.from(address)}</p>
      </div>
      <Moment className="note" ms={atMs}>
        {formatAgo(atMs, nowMs)}
      </Moment>
    </>
  );
}
