// The people who may sign in: added, changed, removed.
import { type SubmitEvent, useState } from "react";
import {
  MIN_PASSWORD_CHARACTERS,
  type NewPerson,
  type Person,
  type PersonChanges,
  type Role,
} from "../../../shared/security/access.ts";
import { useAccessChange, usePeople } from "../../api/access.ts";
import { apiUrl, explain, patch, post, remove } from "../../api/client.ts";
import { useNow } from "../../api/feed/use-now.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { Moment } from "../../i18n/moment.tsx";
import { text } from "../../i18n/text.ts";
import { formatAgo } from "../../i18n/times.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { Confirm } from "../../ui/dialogs/confirm.tsx";
import { Dialog } from "../../ui/dialogs/dialog.tsx";
import form from "../../ui/form.module.css";
import rows from "../../ui/rows.module.css";
import { RoleFields, roomList } from "./role-fields.tsx";

const t = accessText.people;
const { words } = text;

const urlOf = (name: string) => apiUrl(`people/${encodeURIComponent(name)}`);

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
  const removal = useAccessChange("people", () => remove(urlOf(name)));
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
        <button
          type="button"
          className="button small danger"
          aria-label={t.removeOf(name)}
          onClick={() => setAsking(true)}
        >
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

function PersonForm({ person, onDone }: { readonly person: Person | null; readonly onDone: () => void }) {
  const [name, setName] = useState("");
  const [access, setAccess] = useState<{ readonly role: Role; readonly rooms: string }>({
    role: person?.role ?? "viewer",
    rooms: person?.rooms?.join(", ") ?? "",
  });
  const [password, setPassword] = useState("");
  const [isShown, setShown] = useState(false);
  const save = useAccessChange("people", () => {
    const rooms = roomList(access.rooms);
    if (person === null) {
      const added: NewPerson = { name, role: access.role, password, ...(rooms.length > 0 && { rooms }) };
      return post<Person>(apiUrl("people"), added);
    }
    const changes: PersonChanges = {
      role: access.role,
      rooms: rooms.length > 0 ? rooms : null,
      ...(password !== "" && { password }),
    };
    return patch<Person>(urlOf(person.name), changes);
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    save.mutate(undefined, { onSuccess: onDone });
  };
  return (
    <form className={form["form"]} onSubmit={submit}>
      <h2 id="person-title">{person === null ? t.addPerson : t.changeOf(person.name)}</h2>
      {person === null && (
        <label className={form["field"]}>
          {t.name}
          <input
            value={name}
            maxLength={64}
            required
            autoComplete="off"
            autoCapitalize="none"
            onChange={({ target }) => setName(target.value)}
          />
        </label>
      )}
      <RoleFields {...access} onChange={(role, rooms) => setAccess({ role, rooms })} />
      <label className={form["field"]}>
        {(person === null ? t.password : t.newPassword)(MIN_PASSWORD_CHARACTERS)}
        <input
          type={isShown ? "text" : "password"}
          value={password}
          minLength={MIN_PASSWORD_CHARACTERS}
          maxLength={256}
          required={person === null}
          autoComplete="new-password"
          onChange={({ target }) => setPassword(target.value)}
        />
      </label>
      <div>
        <button
          type="button"
          className="button small"
          onClick={() => {
            setPassword(generatedPassword());
            setShown(true);
          }}
        >
          {t.generate}
        </button>
      </div>
      {person !== null && <p className="note">{t.endsSessions}</p>}
      {save.error && <p role="alert">{explain(save.error)}</p>}
      <footer>
        <button type="button" className="button" onClick={onDone}>
          {words.cancel}
        </button>
        <button type="submit" className="button primary" disabled={save.isPending}>
          {person === null ? words.add : words.save}
        </button>
      </footer>
    </form>
  );
}

/** 20 of 32 unambiguous letters and digits: a power of two, so that random bytes map to them without bias. */
const PASSWORD_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

function generatedPassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  const letters = [...bytes].map((byte) => PASSWORD_ALPHABET.charAt(byte % PASSWORD_ALPHABET.length)).join("");
  return letters.replace(/(.{5})(?=.)/g, "$1-");
}
