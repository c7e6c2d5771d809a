// API keys for programs: made, shown once with examples, revoked.
import { type SubmitEvent, useState } from "react";
import type { ApiKey, NewApiKey, NewApiKeyRequest } from "../../../shared/security/access.ts";
import { useAccessChange, useApiKeys } from "../../api/access.ts";
import { apiUrl, explain, post, remove } from "../../api/client.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { Moment } from "../../i18n/moment.tsx";
import { pageText } from "../../i18n/page-text.ts";
import { text } from "../../i18n/text.ts";
import { formatAgo, formatDate } from "../../i18n/times.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { Copyable } from "../../ui/copyable.tsx";
import { Confirm } from "../../ui/dialogs/confirm.tsx";
import { Dialog } from "../../ui/dialogs/dialog.tsx";
import form from "../../ui/form.module.css";
import rows from "../../ui/rows.module.css";
import styles from "./access-page.module.css";
import { RoleFields, roomList, useScopeDraft } from "./role-fields.tsx";

const t = accessText.programs;
const { words } = text;

export function Programs() {
  const keys = useApiKeys();
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-labelledby="api-keys">
      <div className={rows["heading"]}>
        <div>
          <h2 id="api-keys">{t.title}</h2>
          <p>{t.about}</p>
        </div>
        <button type="button" className="button primary" onClick={() => setOpen(true)}>
          {t.make}
        </button>
      </div>
      {keys.isLoadingError && <Failure title={t.notLoaded} of={keys} />}
      {keys.isPending && <div className="skeleton loading" aria-hidden="true" />}
      {keys.data?.length === 0 && <p>{t.none}</p>}
      {keys.data !== undefined && keys.data.length > 0 && (
        <ul className={`panel ${rows["rows"]}`}>
          {keys.data.map((key) => (
            <li key={key.id}>
              <KeyRow apiKey={key} />
            </li>
          ))}
        </ul>
      )}
      {isOpen && (
        <Dialog titleId="api-key-title" onClosed={() => setOpen(false)}>
          {(close) => <KeyForm onDone={close} />}
        </Dialog>
      )}
    </section>
  );
}

function KeyRow({ apiKey }: { readonly apiKey: ApiKey }) {
  const { id, name, role, rooms: ofRooms, prefix, createdBy, createdMs, expiresMs, lastUsedMs } = apiKey;
  const nowMs = useNow(60_000);
  const [isAsking, setAsking] = useState(false);
  const revocation = useAccessChange("apiKeys", () => remove(apiUrl(`api-keys/${encodeURIComponent(id)}`)));
  const ask = () => {
    // Why it failed before says nothing of this time.
    if (revocation.isError) revocation.reset();
    setAsking(true);
  };
  const facts = [
    `${prefix}…`,
    ...(ofRooms ?? []),
    t.madeBy(pageText.others.actor(createdBy), formatDate(createdMs)),
    expiresMs === null ? t.endless : t.until(formatDate(expiresMs)),
  ];
  return (
    <>
      <div>
        <strong>{name}</strong>
        <span className={rows["tag"]}>{accessText.people.roles[role]}</span>
        <p>
          {facts.join(" · ")} ·{" "}
          {lastUsedMs === null ? (
            t.unused
          ) : (
            <Moment ms={lastUsedMs} within={t.lastUsed}>
              {formatAgo(lastUsedMs, nowMs)}
            </Moment>
          )}
        </p>
      </div>
      <button type="button" className="button small danger" aria-label={t.revokeOf(name)} onClick={ask}>
        {t.revoke}
      </button>
      {isAsking && (
        <Confirm
          question={t.revokeQuestion(name)}
          action={t.revoke}
          isPending={revocation.isPending}
          pendingMessage={t.revoking}
          errorMessage={revocation.error ? explain(revocation.error) : undefined}
          onConfirm={() => revocation.mutate(undefined, { onSuccess: () => setAsking(false) })}
          onClosed={() => setAsking(false)}
        >
          <p>{t.revokeMeaning}</p>
        </Confirm>
      )}
    </>
  );
}

function KeyForm({ onDone }: { readonly onDone: () => void }) {
  const [name, setName] = useState("");
  const scope = useScopeDraft();
  const [days, setDays] = useState("");
  const making = useAccessChange("apiKeys", (asked: NewApiKeyRequest) => post<NewApiKey>(apiUrl("api-keys"), asked));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const rooms = roomList(scope.rooms.value);
    making.mutate({
      name,
      role: scope.role.value,
      ...(rooms.length > 0 && { rooms }),
      ...(days !== "" && { expiresInDays: Number(days) }),
    });
  };
  if (making.data) return <MadeKey made={making.data} onDone={onDone} />;
  return (
    <form className={form["form"]} onSubmit={submit}>
      <h2 id="api-key-title">{t.makeTitle}</h2>
      <label className={form["field"]}>
        {t.purpose}
        <input
          value={name}
          maxLength={64}
          required
          autoComplete="off"
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      <RoleFields draft={scope} isSaving={making.isPending} />
      <label className={form["field"]}>
        {t.worksFor}
        <select value={days} onChange={({ target }) => setDays(target.value)}>
          <option value="">{t.ever}</option>
          <option value="30">{t.days(30)}</option>
          <option value="365">{t.year}</option>
        </select>
      </label>
      {making.error && <p role="alert">{explain(making.error)}</p>}
      <footer>
        <button type="button" className="button" onClick={onDone}>
          {words.cancel}
        </button>
        <button type="submit" className="button primary" disabled={making.isPending}>
          {t.makeIt}
        </button>
      </footer>
    </form>
  );
}

function MadeKey({ made: { name, key }, onDone }: { readonly made: NewApiKey; readonly onDone: () => void }) {
  const examples = [
    [t.examples.key, key],
    ["curl", `curl -H "Authorization: Bearer ${key}" ${new URL("api/v1/devices", document.baseURI).href}`],
    [t.examples.grafana, `Authorization: Bearer ${key}`],
    [t.examples.python, `client.username_pw_set("program", "${key}")`],
  ] as const;
  return (
    <div className={form["form"]}>
      <h2 id="api-key-title">{t.made(name)}</h2>
      <p>{t.shownOnce}</p>
      {examples.map(([label, code]) => (
        <div key={label}>
          <p className="note">{label}</p>
          <div className={styles["secret"]}>
            <Copyable code={code} label={label} />
          </div>
        </div>
      ))}
      <footer>
        <button type="button" className="button primary" onClick={onDone}>
          {words.done}
        </button>
      </footer>
    </div>
  );
}
