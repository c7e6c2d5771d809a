// What a person or a program may do: the role, and the rooms that it is limited to.
import { ROLES, type Role } from "../../../shared/security/access.ts";
import { useDevices } from "../../api/queries.ts";
import { accessText } from "../../i18n/later/access-text.ts";
import { roomsOf } from "../../i18n/names.ts";
import form from "../../ui/form.module.css";

const t = accessText.people;

interface Props {
  readonly role: Role;
  /** With commas between them; empty for all rooms. */
  readonly rooms: string;
  readonly onChange: (role: Role, rooms: string) => void;
}

export function RoleFields({ role, rooms, onChange }: Props) {
  const { data: devices = [] } = useDevices();
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
      <label className={form["field"]}>
        {t.rooms}
        <input
          value={rooms}
          placeholder={roomsOf(devices).join(", ")}
          onChange={({ target }) => onChange(role, target.value)}
        />
      </label>
    </>
  );
}

export function roomList(text: string): string[] {
  return text.split(",").flatMap((room) => room.trim() || []);
}
