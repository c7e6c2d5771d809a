// The people who may sign in: added, changed, removed.
import { useState } from "react";
import type { Person } from "../../../shared/security/access.ts";
import { useAccessChange, usePeople } from "../../api/access.ts";
import { explain, remove } from "../../api/client.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { Moment } from "../../i18n/moment.tsx";
import { text } from "../../i18n/text.ts";
import { formatAgo } from "../../i18n/times.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { Confirm } from "../../ui/dialogs/confirm.tsx";
import { Dialog } from "../../ui/dialogs/dialog.tsx";
import rows from "../../ui/rows.module.css";
import { PersonForm, personUrl } from "./person-form.tsx";

const t = accessText.people;
const { words } = text;

export function People() {
  const people = usePeople();
  const [edited, setEdited] = useState<Person | "new" | null>(null);
  return (
    <section aria-labelledby="people">
      <div className={rows["heading"]}>
        <div>
          <h2 id="people">{t.title}</h2>
          <p>{t.about}</p>
        </div>
        <button type="button" className="button primary" onClick={() => setEdited("new")}>
          {t.addPerson}
        </button>
      </div>
      {people.isLoadingError && <Failure title={t.notLoaded} of={people} />}
      {people.isPending && <div className="skeleton loading" aria-hidden="true" />}
      {people.data?.length === 0 && <p>{t.nobody}</p>}
      {people.data !== undefined && people.data.length > 0 && (
        <ul className={`panel ${rows["rows"]}`}>
          {people.data.map((person) => (
            <li key={person.name}>
              <PersonRow person={person} onEdit={() => setEdited(person)} />
            </li>
          ))}
        </ul>
      )}
      {edited !== null && (
        <Dialog titleId="person-title" onClosed={() => setEdited(null)}>
          {(close) => <PersonForm person={edited === "new" ? null : edited} onDone={close} />}
        </Dialog>
      )}
    </section>
  );
}

function PersonRow({ person, onEdit }: { readonly person: Person; readonly onEdit: () => void }) {
  const { name, role, rooms: ofRooms, lastSignInMs } = person;
  const nowMs = useNow(60_000);
  const [isAsking, setAsking] = useState(false);
  const removal = useAccessChange("people", () => remove(personUrl(name)));
  const ask = () => {
    // Why it failed before says nothing of this time.
    if (removal.isError) removal.reset();
    setAsking(true);
  };
  return (
    <>
      <div>
        <strong>{name}</strong>
        <span className={rows["tag"]}>{t.roles[role]}</span>
        <p>
          {ofRooms && `${ofRooms.join(", ")} · `}
          {lastSignInMs === null ? (
            t.neverSignedIn
          ) : (
            <Moment ms={lastSignInMs} within={t.signedIn}>
              {formatAgo(lastSignInMs, nowMs)}
            </Moment>
          )}
        </p>
      </div>
      <div className={rows["buttons"]}>
        <button type="button" className="button small" aria-label={t.changeOf(name)} onClick={onEdit}>
          {t.change}
        </button>
        <button type="button" className="button small danger" aria-label={t.removeOf(name)} onClick={ask}>
          {words.remove}
        </button>
      </div>
      {isAsking && (
        <Confirm
          question={t.removeQuestion(name)}
          action={words.remove}
          isPending={removal.isPending}
          pendingMessage={words.removing}
          errorMessage={removal.error ? explain(removal.error) : undefined}
          onConfirm={() => removal.mutate(undefined, { onSuccess: () => setAsking(false) })}
          onClosed={() => setAsking(false)}
        >
          <p>{t.removeMeaning}</p>
        </Confirm>
      )}
    </>
  );
}
