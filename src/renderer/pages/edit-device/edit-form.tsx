// The form for a device's name, room, tags and notes. Live changes of the device do not overwrite its draft.
import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useId, useState } from "react";
import type { Device, DeviceChanges } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { changeDevice, useDevices } from "../../api/queries.ts";
import { ownName, roomsOf } from "../../i18n/names.ts";
import { pageText } from "../../i18n/page-text.ts";
import styles from "../../ui/form.module.css";
import { changesFrom, type Draft, draftOf } from "./device-draft.ts";

interface Props {
  readonly device: Device;
  readonly onSaved: () => void;
  readonly onCancel: () => void;
  readonly onDirty: (isDirty: boolean) => void;
}

export function EditForm({ device, onSaved, onCancel, onDirty }: Props) {
  const [before, setBefore] = useState(() => draftOf(device));
  const [draft, setDraft] = useState(before);
  const { data: devices = [] } = useDevices();
  const rooms = useId();
  const save = useMutation({
    mutationFn: (changes: DeviceChanges) => changeDevice(device.id, changes),
  });
  const isChanged = Object.keys(changesFrom(before, draft)).length > 0;

  function enter(next: Draft) {
    setDraft(next);
    onDirty(Object.keys(changesFrom(before, next)).length > 0);
  }
  function submit(event: SubmitEvent) {
    event.preventDefault();
    const saved = () => {
      setBefore(draft);
      onDirty(false);
      onSaved();
    };
    if (isChanged) save.mutate(changesFrom(before, draft), { onSuccess: saved });
    else onSaved();
  }

  const field = (name: Exclude<keyof Draft, "timeZone">) => ({
    value: draft[name],
    onChange: (event: { readonly target: { readonly value: string } }) =>
      enter({ ...draft, [name]: event.target.value }),
  });
  return (
    <form className={`panel ${styles["form"]}`} onSubmit={submit}>
      <label className={styles["field"]}>
        {pageText.editDevice.name}
        <input {...field("name")} maxLength={64} placeholder={ownName(device)} />
      </label>
      <label className={styles["field"]}>
        {pageText.editDevice.room}
        <input {...field("room")} maxLength={64} list={rooms} autoComplete="off" />
        <datalist id={rooms}>
          {roomsOf(devices).map((room) => (
            <option key={room} value={room} />
          ))}
        </datalist>
      </label>
      <label className={styles["field"]}>
        {pageText.editDevice.tags}
        <input {...field("tags")} autoComplete="off" />
      </label>
      <label className={styles["field"]}>
        {pageText.editDevice.zone}
        <select value={draft.timeZone} onChange={({ target }) => enter({ ...draft, timeZone: zoneOf(target.value) })}>
          <option value="">{pageText.editDevice.zoneAsShown}</option>
          <option value="hub">{pageText.editDevice.zoneOfHub}</option>
          <option value="utc">{pageText.editDevice.zoneUtc}</option>
        </select>
      </label>
      <label className={styles["field"]}>
        {pageText.editDevice.notes}
        <textarea {...field("notes")} rows={4} maxLength={4_000} />
      </label>
      {save.error && <p role="alert">{pageText.editDevice.notSaved(explain(save.error))}</p>}
      <footer>
        <span className="note" role="status">
          {save.isSuccess && !isChanged && pageText.editDevice.saved}
        </span>
        <button type="button" className="button" onClick={onCancel}>
          {pageText.editDevice.cancel}
        </button>
        <button type="submit" className="button primary" disabled={save.isPending}>
          {pageText.editDevice.save}
        </button>
      </footer>
    </form>
  );
}

function zoneOf(text: string): Draft["timeZone"] {
  return text === "hub" || text === "utc" ? text : "";
}
