// The sessions of people, each with a button that ends it, and a link that signs in a phone.
import { useState } from "react";
import type { Session, SignInLink } from "../../../shared/security/access.ts";
import { useAccessChange, useSessions } from "../../api/access.ts";
import { apiUrl, explain, post, remove } from "../../api/client.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { useMe } from "../../api/me.ts";
import { useHub } from "../../api/queries.ts";
import { chosenHost, HubAddress } from "../../device/hub-address.tsx";
import { browserName } from "../../i18n/browser-name.ts";
import { hubLink } from "../../i18n/hub-links.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { Moment } from "../../i18n/moment.tsx";
import { pageText } from "../../i18n/page-text.ts";
import { text } from "../../i18n/text.ts";
import { formatAgo } from "../../i18n/times.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { Copyable } from "../../ui/copyable.tsx";
import { Dialog } from "../../ui/dialogs/dialog.tsx";
import form from "../../ui/form.module.css";
import { QrCodeImage } from "../../ui/qr-code.tsx";
import rows from "../../ui/rows.module.css";
import { SteadyRows } from "../../ui/steady-rows.tsx";
import styles from "./access-page.module.css";

const t = accessText.people;
const { words } = text;

export function Sessions() {
  const sessions = useSessions();
  return (
    <section aria-labelledby="sessions">
      <div className={rows["heading"]}>
        <div>
          <h2 id="sessions">{t.sessions}</h2>
        </div>
        <SignInPhone />
      </div>
      {sessions.isLoadingError && <Failure title={t.sessionsNotLoaded} of={sessions} />}
      {sessions.isPending && <div className="skeleton loading" aria-hidden="true" />}
      {/* The one that was seen last is first: that changes all the time. */}
      {sessions.data !== undefined && (
        <SteadyRows items={sessions.data} idOf={({ id }) => id}>
          {(session) => <SessionRow session={session} />}
        </SteadyRows>
      )}
    </section>
  );
}

function SessionRow({ session }: { readonly session: Session }) {
  const { id, name, userAgent, address, lastSeenMs, current } = session;
  const nowMs = useNow(60_000);
  const ending = useAccessChange("sessions", () => remove(apiUrl(`sessions/${encodeURIComponent(id)}`)));
  return (
    <>
      <div>
        <strong>{pageText.others.actor(name)}</strong>
        {current && <span className={rows["tag"]}>{t.thisSession}</span>}
        <p>
          {browserName(userAgent)} · {address} ·{" "}
          <Moment ms={lastSeenMs} within={t.lastSeen}>
            {formatAgo(lastSeenMs, nowMs)}
          </Moment>
        </p>
        {ending.error && <p role="alert">{explain(ending.error)}</p>}
      </div>
      {!current && (
        <button
          type="button"
          className="button small danger"
          aria-label={t.endOf(name, browserName(userAgent))}
          disabled={ending.isPending}
          onClick={() => ending.mutate(undefined)}
        >
          {t.end}
        </button>
      )}
    </>
  );
}

function SignInPhone() {
  const { data: me } = useMe();
  const [link, setLink] = useState<SignInLink | null>(null);
  const making = useAccessChange("sessions", () => post<SignInLink>(apiUrl("session/link"), {}));
  const make = () => making.mutate(undefined, { onSuccess: setLink });
  if (me?.kind !== "shell" && me?.kind !== "person") return null;
  const problem = making.error && <p role="alert">{explain(making.error)}</p>;
  return (
    <div>
      <button type="button" className="button" disabled={making.isPending} onClick={make}>
        {t.phone}
      </button>
      {link === null && problem}
      {link !== null && (
        <Dialog titleId="phone-title" onClosed={() => setLink(null)}>
          {(close) => (
            <div className={form["form"]}>
              <h2 id="phone-title">{t.phone}</h2>
              <PhoneLink link={link} />
              {problem}
              <footer>
                <button type="button" className="button" disabled={making.isPending} onClick={make}>
                  {t.newLink}
                </button>
                <button type="button" className="button primary" onClick={close}>
                  {words.done}
                </button>
              </footer>
            </div>
          )}
        </Dialog>
      )}
    </div>
  );
}

function PhoneLink({ link: { secret, expiresMs } }: { readonly link: SignInLink }) {
  const { data: hub } = useHub();
  const [chosen, setChosen] = useState<string>();
  const leftSeconds = Math.max(0, Math.ceil((expiresMs - useNow(1_000)) / 1_000));
  if (hub === undefined) return null;
  if (leftSeconds === 0) return <p>{t.linkExpired}</p>;
  const url = hubLink(chosenHost(hub, chosen), hub, "link", secret);
  const left = `${Math.floor(leftSeconds / 60)}:${String(leftSeconds % 60).padStart(2, "0")}`;
  return (
    <>
      <p>{t.linkMeaning(left)}</p>
      <HubAddress label={pageText.addDevice.linkAddress} hub={hub} chosen={chosen} onChosen={setChosen} />
      <QrCodeImage text={url} label={t.linkCode} />
      <div className={styles["secret"]}>
        <Copyable code={url} label={t.link} />
      </div>
    </>
  );
}
