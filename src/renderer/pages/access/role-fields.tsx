// What a person or a program may do: the role, and the rooms that it is limited to.
import { ROLES, type Role } from "../../../shared/security/access.ts";
import { useDevices } from "../../api/queries.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { roomsOf } from "../../i18n/names.ts";
import form from "../../ui/form.module.css";
import styles from "./access-page.module.css";

const t = accessText.people;

interface Props {
  readonly role: Role;
  /** With commas between them; empty for all rooms. */
  readonly rooms: string;
  readonly onChange: (role: Role, rooms: string) => void;
}

export function RoleFields({ role, rooms, onChange }: Props) {
  const { data: devices = [] } = useDevices();
  const known = roomsOf(devices);
  const chosen = roomList(rooms);
  // The room may not exist yet, or be misspelt.
  const unknown = chosen.filter((room) => !known.includes(room));
  return (
    <>
      <label className={form["field"]}>
        {t.role}
        <select
          value={role}
          onChange={({ target }) => onChange(ROLES.find((one) => one === target.value) ?? role, rooms)}
        >
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {t.roleMeanings[one]}
            </option>
          ))}
        </select>
      </label>
      <div className={styles["rooms"]}>
        <label className={form["field"]}>
          {t.rooms}
          <input value={rooms} onChange={({ target }) => onChange(role, target.value)} />
        </label>
        {known.map((room) => (
          <button
            key={room}
            type="button"
            className="button small"
            aria-pressed={chosen.includes(room)}
            onClick={() => onChange(role, toggled(chosen, room).join(", "))}
          >
            {room}
          </button>
        ))}
        {unknown.length > 0 && <p className="note">{t.noSuchRoom(unknown.join(", "))}</p>}
      </div>
    </>
  );
}

const toggled = (rooms: readonly string[], room: string): string[] =>
  rooms.includes(room) ? rooms.filter((one) => one !== room) : [...rooms, room];

export function roomList(text: string): string[] {
  return text.split(",").flatMap((room) => room.trim() || []);
}
