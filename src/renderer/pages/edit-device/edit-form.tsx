// The form for a device's name, room, tags and notes. What others change meanwhile is shown, and overwrites nothing that was typed.
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useId, useLayoutEffect } from "react";
import type { Device, DeviceChanges } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { changeDevice, useDevices } from "../../api/queries.ts";
import { ownName, roomsOf } from "../../i18n/names.ts";
import { pageText } from "../../i18n/page-text.ts";
import { ChangedMeanwhile, type ChangedMeanwhileProps } from "../../ui/changed-meanwhile.tsx";
import styles from "../../ui/form.module.css";
import { type Draft, useDraft } from "../../ui/hooks/use-draft.ts";
import { changesFrom, type DeviceDraft, draftOf } from "./device-draft.ts";

const t = pageText.editDevice;
const ZONES: readonly DeviceDraft["timeZone"][] = ["", "hub", "utc"];

interface Props {
  readonly device: Device;
  readonly onSaved: () => void;
  readonly onCancel: () => void;
  readonly onDirty: (isDirty: boolean) => void;
}

export function EditForm({ device, onSaved, onCancel, onDirty }: Props) {
  const known = draftOf(device);
  const name = useDraft(known.name);
  const room = useDraft(known.room);
  const tags = useDraft(known.tags);
  const timeZone = useDraft(known.timeZone);
  const notes = useDraft(known.notes);
  const { data: devices = [] } = useDevices();
  const rooms = useId();
  const save = useMutation({
    mutationFn: (changes: DeviceChanges) => changeDevice(device.id, changes),
  });
  const changes = changesFrom(known, {
    name: name.value,
    room: room.value,
    tags: tags.value,
    timeZone: timeZone.value,
    notes: notes.value,
  });
  const isChanged = Object.keys(changes).length > 0;
  // At once: Escape may come right behind the first letter.
  useLayoutEffect(() => onDirty(isChanged), [onDirty, isChanged]);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    const saved = () => {
      for (const draft of [name, room, tags, timeZone, notes]) draft.saved();
      onSaved();
    };
    if (isChanged) save.mutate(changes, { onSuccess: saved });
    else onSaved();
  }

  const isSaving = save.isPending;
  return (
    <form className={`panel ${styles["form"]}`} onSubmit={submit}>
      <Field label={t.name} draft={name} now={known.name} isSaving={isSaving}>
        <input {...textField(name)} maxLength={64} placeholder={ownName(device)} />
      </Field>
      <Field label={t.room} draft={room} now={known.room} isSaving={isSaving}>
        <input {...textField(room)} maxLength={64} list={rooms} autoComplete="off" />
        <datalist id={rooms}>
          {roomsOf(devices).map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      </Field>
      <Field label={t.tags} draft={tags} now={known.tags} isSaving={isSaving}>
        <input {...textField(tags)} autoComplete="off" />
      </Field>
      <Field label={t.zone} draft={timeZone} now={zoneName(known.timeZone)} isSaving={isSaving}>
        <select value={timeZone.value} onChange={({ target }) => timeZone.enter(zoneOf(target.value))}>
          {ZONES.map((zone) => (
            <option key={zone} value={zone}>
              {zoneName(zone)}
            </option>
          ))}
        </select>
      </Field>
      <Field label={t.notes} draft={notes} now={known.notes} isSaving={isSaving}>
        <textarea {...textField(notes)} rows={4} maxLength={4_000} />
      </Field>
      {save.error && <p role="alert">{t.notSaved(explain(save.error))}</p>}
      <footer>
        <span className="note" role="status">
          {save.isSuccess && !isChanged && t.saved}
        </span>
        <button type="button" className="button" onClick={onCancel}>
          {t.cancel}
        </button>
        <button type="submit" className="button primary" disabled={save.isPending}>
          {t.save}
        </button>
      </footer>
    </form>
  );
}

interface FieldProps extends ChangedMeanwhileProps {
  readonly label: string;
  readonly children: ReactNode;
}

function Field({ label, children, ...changed }: FieldProps) {
  return (
    <>
      {/* biome-ignore lint/a11y/noLabelWithoutControl: its control is among the children */}
      <label className={styles["field"]}>
        {label}
        {children}
      </label>
      <ChangedMeanwhile {...changed} />
    </>
  );
}

export function textField(draft: Draft<string>) {
  const onChange = ({ target }: { readonly target: { readonly value: string } }) => draft.enter(target.value);
  return { value: draft.value, onChange };
}

function zoneOf(text: string): DeviceDraft["timeZone"] {
  return ZONES.find((zone) => zone === text) ?? "";
}

function zoneName(zone: DeviceDraft["timeZone"]): string {
  return { "": t.zoneAsShown, hub: t.zoneOfHub, utc: t.zoneUtc }[zone];
}
