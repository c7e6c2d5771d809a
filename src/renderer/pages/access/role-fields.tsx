// What a person or a program may do: the role, and the rooms that it is limited to.
import type { Role } from "../../../shared/security/access.ts";
import { ROLES } from "../../../shared/security/roles.ts";
import { useDevices } from "../../api/queries.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { roomsOf } from "../../i18n/names.ts";
import { ChangedMeanwhile } from "../../ui/changed-meanwhile.tsx";
import form from "../../ui/form.module.css";
import { type Draft, useDraft } from "../../ui/hooks/use-draft.ts";
import styles from "./access-page.module.css";

const t = accessText.people;

export interface Scope {
  readonly role: Role;
  /** With commas between them; empty for all rooms. */
  readonly rooms: string;
}

const LEAST: Scope = { role: "viewer", rooms: "" };

export interface ScopeDraft {
  readonly known: Scope;
  readonly role: Draft<Role>;
  readonly rooms: Draft<string>;
}

/** Of what somebody may do already; of nothing but the least without it. */
export function useScopeDraft(known: Scope = LEAST): ScopeDraft {
  return { known, role: useDraft(known.role), rooms: useDraft(known.rooms) };
}

interface Props {
  readonly draft: ScopeDraft;
  readonly isSaving: boolean;
}

export function RoleFields({ draft: { known, role, rooms }, isSaving }: Props) {
  const { data: devices = [] } = useDevices();
  const existing = roomsOf(devices);
  const chosen = roomList(rooms.value);
  // The room may not exist yet, or be misspelt.
  const unknown = chosen.filter((room) => !existing.includes(room));
  return (
    <>
      <label className={form["field"]}>
        {t.role}
        <select
          value={role.value}
          onChange={({ target }) => role.enter(ROLES.find((one) => one === target.value) ?? role.value)}
        >
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {t.roleMeanings[one]}
            </option>
          ))}
        </select>
      </label>
      <ChangedMeanwhile draft={role} now={t.roles[known.role]} isSaving={isSaving} />
      <div className={styles["rooms"]}>
        <label className={form["field"]}>
          {t.rooms}
          <input value={rooms.value} onChange={({ target }) => rooms.enter(target.value)} />
        </label>
        {existing.map((room) => (
          <button
            key={room}
            type="button"
            className="button small"
            aria-pressed={chosen.includes(room)}
            onClick={() => rooms.enter(toggled(chosen, room).join(", "))}
          >
            {room}
          </button>
        ))}
        {unknown.length > 0 && <p className="note">{t.noSuchRoom(unknown.join(", "))}</p>}
        {role.value === "admin" && chosen.length > 0 && <p className="note">{t.adminOfRooms}</p>}
        <ChangedMeanwhile draft={rooms} now={known.rooms} isSaving={isSaving} />
      </div>
    </>
  );
}

const toggled = (rooms: readonly string[], room: string): string[] =>
  rooms.includes(room) ? rooms.filter((one) => one !== room) : [...rooms, room];

export function roomList(text: string): string[] {
  return text.split(",").flatMap((room) => room.trim() || []);
}
