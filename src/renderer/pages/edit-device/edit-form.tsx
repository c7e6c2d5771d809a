// The form for a device's name, room, tags and notes. Live changes of the device do not overwrite its draft.
import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useId, useState } from "react";
import type { Device, DeviceChanges } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { changeDevice, useDevices } from "../../api/queries.ts";
import { ownName, roomsOf } from "../../i18n/names.ts";
import styles from "../../ui/form.module.css";
import { changesFrom, type Draft, draftOf } from "./device-draft.ts";

interface Props {
  readonly device: Device;
  readonly onDone: () => void;
}

export function EditForm({ device, onDone }: Props) {
  const [before] = useState(() => draftOf(device));
  const [draft, setDraft] = useState(before);
  const { data: devices = [] } = useDevices();
  const rooms = useId();
  const save = useMutation({
    mutationFn: (changes: DeviceChanges) => changeDevice(device.id, changes),
    onSuccess: onDone,
  });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const changes = changesFrom(before, draft);
    if (Object.keys(changes).length === 0) onDone();
    else save.mutate(changes);
  }

  const field = (name: Exclude<keyof Draft, "timeZone">) => ({
    value: draft[name],
    onChange: (event: { readonly target: { readonly value: string } }) =>
      setDraft({ ...draft, [name]: event.target.value }),
  });
  return (
    <form className={`panel ${styles["form"]}`} onSubmit={submit}>
      <label className={styles["field"]}>
        Name
        <input {...field("name")} maxLength={64} placeholder={ownName(device)} />
      </label>
      <label className={styles["field"]}>
        Room
        <input {...field("room")} maxLength={64} list={rooms} autoComplete="off" />
        <datalist id={rooms}>
          {roomsOf(devices).map((room) => (
            <option key={room} value={room} />
          ))}
        </datalist>
      </label>
      <label className={styles["field"]}>
        Tags, with commas between them
        <input {...field("tags")} autoComplete="off" />
      </label>
      <label className={styles["field"]}>
        Times that it sends without a zone are
        <select
          value={draft.timeZone}
          onChange={({ target }) => setDraft({ ...draft, timeZone: zoneOf(target.value) })}
        >
          <option value="">as its messages show</option>
          <option value="hub">local time, as this hub’s clock shows it</option>
          <option value="utc">UTC</option>
        </select>
      </label>
      <label className={styles["field"]}>
        Notes
        <textarea {...field("notes")} rows={4} maxLength={4_000} />
      </label>
      {save.error && <p role="alert">It was not saved. {explain(save.error)}</p>}
      <footer>
        <button type="button" className="button" onClick={onDone}>
          Cancel
        </button>
        <button type="submit" className="button primary" disabled={save.isPending}>
          Save
        </button>
      </footer>
    </form>
  );
}

function zoneOf(text: string): Draft["timeZone"] {
  return text === "hub" || text === "utc" ? text : "";
}
