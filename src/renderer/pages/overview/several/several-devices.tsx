// Actions on several devices: on all that the overview shows, or on those of one room.
import { useState } from "react";
import { useAttention } from "../../../api/devices/use-attention.ts";
import { useMay } from "../../../api/me.ts";
import { useDevices } from "../../../api/queries.ts";
import { severalText as t } from "../../../i18n/later/several-text.ts";
import { roomsOf } from "../../../i18n/names.ts";
import { formatCount } from "../../../i18n/numbers.ts";
import { text } from "../../../i18n/text.ts";
import { Dialog } from "../../../ui/dialogs/dialog.tsx";
import form from "../../../ui/form.module.css";
import { filterOf } from "../arrange/arrange.ts";
import { useFilters } from "../arrange/filters.ts";
import { CommonCommands } from "./common-commands.tsx";
import { RoomAndTags } from "./room-and-tags.tsx";
import styles from "./several.module.css";

export function SeveralDevices({ onClosed }: { readonly onClosed: () => void }) {
  return (
    <Dialog titleId="several-title" onClosed={onClosed}>
      {(close) => (
        <div className={form["form"]}>
          <h2 id="several-title">{t.title}</h2>
          <Content onDone={close} />
          <footer>
            <button type="button" className="button" onClick={close}>
              {text.words.done}
            </button>
          </footer>
        </div>
      )}
    </Dialog>
  );
}

function Content({ onDone }: { readonly onDone: () => void }) {
  const { data: devices = [] } = useDevices();
  const filters = useFilters();
  const reasonsOf = useAttention(devices);
  const isAdmin = useMay("admin");
  // The devices that were shown when it was opened, even if one no longer matches the filter.
  const [ids] = useState(() => {
    const fits = filterOf(filters, (device) => reasonsOf(device).length > 0);
    return new Set(devices.filter(fits).map(({ id }) => id));
  });
  const [room, setRoom] = useState("");
  const shown = devices.filter(({ id }) => ids.has(id));
  const inRoom = (one: string) => shown.filter((device) => one === "" || device.room === one);
  const chosen = inRoom(room);
  return (
    <>
      <label className={form["field"]}>
        {t.which}
        <select value={room} onChange={({ target }) => setRoom(target.value)}>
          <option value="">{t.shown(formatCount(shown.length))}</option>
          {roomsOf(shown).map((one) => (
            <option key={one} value={one}>
              {t.inRoom(one, formatCount(inRoom(one).length))}
            </option>
          ))}
        </select>
      </label>
      <CommonCommands key={room} devices={chosen} />
      {isAdmin && chosen.length > 0 && (
        <details>
          <summary className={styles["title"]}>{t.roomAndTags}</summary>
          <RoomAndTags devices={chosen} onDone={onDone} />
        </details>
      )}
    </>
  );
}
