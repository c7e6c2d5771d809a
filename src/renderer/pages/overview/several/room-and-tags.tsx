// Sets the room and tags of several devices, with an undo.
import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useId, useState } from "react";
import type { Device, DeviceChanges } from "../../../../shared/device.ts";
import { announce } from "../../../api/announcements.ts";
import { explain } from "../../../api/client.ts";
import { changeDevice } from "../../../api/queries.ts";
import { RoomOptions } from "../../../device/joining/join-request.tsx";
import { severalText as t } from "../../../i18n/later/several-text.ts";
import { formatCount } from "../../../i18n/numbers.ts";
import form from "../../../ui/form.module.css";
import styles from "./several.module.css";

const MAX_ROOM_CHARACTERS = 64;

interface Props {
  readonly devices: readonly Device[];
  readonly onDone: () => void;
}

export function RoomAndTags({ devices, onDone }: Props) {
  const [room, setRoom] = useState("");
  const [tags, setTags] = useState("");
  const rooms = useId();
  const added = tags.split(",").flatMap((tag) => tag.trim() || []);
  const changesOf = (device: Device): DeviceChanges => ({
    ...(room.trim() !== "" && { room: room.trim() }),
    ...(added.length > 0 && { tags: [...new Set([...(device.tags ?? []), ...added])] }),
  });
  const change = useMutation({
    mutationFn: (before: readonly Device[]) => atEach(before, (device) => changeDevice(device.id, changesOf(device))),
    onSuccess: (_, before) => {
      announce(t.applied(before.length, formatCount(before.length)), { undo: () => undo(before) });
      onDone();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    change.mutate(devices);
  };
  return (
    <form className={styles["fields"]} onSubmit={submit} aria-label={t.roomAndTags}>
      <label className={form["field"]}>
        {t.room}
        <input
          value={room}
          maxLength={MAX_ROOM_CHARACTERS}
          list={rooms}
          autoComplete="off"
          onChange={({ target }) => setRoom(target.value)}
        />
      </label>
      <RoomOptions id={rooms} />
      <label className={form["field"]}>
        {t.tags}
        <input value={tags} autoComplete="off" onChange={({ target }) => setTags(target.value)} />
      </label>
      {change.error && <p role="alert">{t.notAll(explain(change.error))}</p>}
      <button
        type="submit"
        className="button"
        disabled={change.isPending || (room.trim() === "" && added.length === 0)}
      >
        {t.apply(devices.length, formatCount(devices.length))}
      </button>
    </form>
  );
}

/** Each gets back what it had. */
function undo(before: readonly Device[]): Promise<void> {
  return atEach(before, ({ id, room = null, tags = null }) => changeDevice(id, { room, tags }));
}

/** Goes on where one of them fails, and throws why once all have ended. */
async function atEach(devices: readonly Device[], change: (device: Device) => Promise<Device>): Promise<void> {
  const outcomes = await Promise.allSettled(devices.map(change));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}
