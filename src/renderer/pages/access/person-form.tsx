// The form for a person: adds one, or changes what they may do and their password. What others change meanwhile is shown, and
// overwrites nothing that was entered.
import { type SubmitEvent, useState } from "react";
import {
  MIN_PASSWORD_CHARACTERS,
  type NewPerson,
  type Person,
  type PersonChanges,
} from "../../../shared/security/access.ts";
import { useAccessChange, usePeople } from "../../api/access.ts";
import { apiUrl, explain, patch, post } from "../../api/client.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { text } from "../../i18n/text.ts";
import form from "../../ui/form.module.css";
import { RoleFields, roomList, type Scope, type ScopeDraft, useScopeDraft } from "./role-fields.tsx";

const t = accessText.people;
const { words } = text;

const scopeOf = ({ role, rooms }: Person): Scope => ({ role, rooms: rooms?.join(", ") ?? "" });

export const personUrl = (name: string) => apiUrl(`people/${encodeURIComponent(name)}`);

interface Props {
  /** As they were when the form was opened; null adds one. */
  readonly person: Person | null;
  readonly onDone: () => void;
}

export function PersonForm({ person, onDone }: Props) {
  // Asked again when the form opens: another administrator may have changed them.
  const { data: people } = usePeople();
  const known = people?.find(({ name }) => name === person?.name) ?? person;
  const [name, setName] = useState("");
  const scope = useScopeDraft(known === null ? undefined : scopeOf(known));
  const [password, setPassword] = useState("");
  const [isShown, setShown] = useState(false);
  const save = useSaving(person, scope);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (person === null) {
      const rooms = roomList(scope.rooms.value);
      const added = { name, role: scope.role.value, password, ...(rooms.length > 0 && { rooms }) };
      return save.mutate(added, { onSuccess: onDone });
    }
    const changes = changesOf(scope, password);
    // A change ends their sessions, also one of nothing.
    if (Object.keys(changes).length === 0) onDone();
    else save.mutate(changes, { onSuccess: (saved) => saved !== null && onDone() });
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
      <RoleFields draft={scope} isSaving={save.isPending} />
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

/** What others set meanwhile stays. */
function changesOf({ role, rooms }: ScopeDraft, password: string): PersonChanges {
  const listed = roomList(rooms.value);
  return {
    ...(role.isEdited && { role: role.value }),
    ...(rooms.isEdited && { rooms: listed.length > 0 ? listed : null }),
    ...(password !== "" && { password }),
  };
}

/**
 * Adds a person, or changes one. Null where another administrator has changed the same since the list was asked for: nothing is saved
 * then, and the fields show what they did.
 */
function useSaving(person: Person | null, scope: ScopeDraft) {
  const { refetch } = usePeople();
  const isOvertaken = async ({ name }: Person): Promise<boolean> => {
    const { data } = await refetch();
    const now = data?.find((one) => one.name === name);
    if (now === undefined) return false;
    const changed = scopeOf(now);
    const isChanged = (field: keyof Scope) =>
      changed[field] !== scope.known[field] && changed[field] !== scope[field].value;
    return (["role", "rooms"] as const).some((field) => scope[field].isEdited && isChanged(field));
  };
  return useAccessChange("people", async (input: NewPerson | PersonChanges) => {
    if (person === null) return post<Person>(apiUrl("people"), input);
    return (await isOvertaken(person)) ? null : patch<Person>(personUrl(person.name), input);
  });
}

/** 20 of 32 unambiguous letters and digits: a power of two, so that random bytes map to them without bias. */
const PASSWORD_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

function generatedPassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  const letters = [...bytes].map((byte) => PASSWORD_ALPHABET.charAt(byte % PASSWORD_ALPHABET.length)).join("");
  return letters.replace(/(.{5})(?=.)/g, "$1-");
}
