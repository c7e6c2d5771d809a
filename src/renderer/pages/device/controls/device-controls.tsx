// A device's controls, each with the receipt of its last command. The requested value and the reported one are shown apart.
import { useState } from "react";
import type { AddedControl } from "../../../../shared/controls/added-control.ts";
import type { Device } from "../../../../shared/device.ts";
import { useMay } from "../../../api/me.ts";
import { useCommands } from "../../../api/queries.ts";
import { text } from "../../../i18n/text.ts";
import { Dialog } from "../../../ui/dialogs/dialog.tsx";
import { addedControls } from "./added-control-draft.ts";
import { AddedControlForm } from "./added-control-form.tsx";
import { CommandHistory } from "./command-history.tsx";
import styles from "./device-controls.module.css";
import { OneControl } from "./one-control.tsx";

export function DeviceControls({ device }: { readonly device: Device }) {
  const { data: commands = [] } = useCommands(device.id);
  const [form, setForm] = useState<{ readonly added: AddedControl | undefined } | null>(null);
  const [mayCommand, isAdmin] = [useMay("operator"), useMay("admin")];
  const added = new Map(addedControls(device).map((one) => [one.control.id, one]));
  const latest = new Map(commands.toReversed().map((command) => [command.control, command]));
  const earlier = commands.filter((command) => latest.get(command.control) !== command);
  return (
    <>
      <section className="panel" aria-labelledby="controls">
        <h2 id="controls">{text.controls.title}</h2>
        {device.controls.length === 0 && <p className="note">{text.controls.none}</p>}
        <div className={styles["controls"]}>
          {device.controls.map((one) => (
            <OneControl
              key={one.control.id}
              device={device}
              one={one}
              last={latest.get(one.control.id)}
              done={commands.find(({ control, state }) => control === one.control.id && state === "done")}
              mayCommand={mayCommand}
              onEdit={isAdmin && added.has(one.control.id) && (() => setForm({ added: added.get(one.control.id) }))}
            />
          ))}
        </div>
        {isAdmin && (
          <button
            type="button"
            className={`button small ${styles["add"]}`}
            onClick={() => setForm({ added: undefined })}
          >
            {text.controls.add}
          </button>
        )}
      </section>
      {form !== null && (
        <Dialog titleId="added-control-title" onClosed={() => setForm(null)}>
          {(close) => <AddedControlForm device={device} added={form.added} onDone={close} />}
        </Dialog>
      )}
      {earlier.length > 0 && <CommandHistory device={device} commands={earlier} />}
    </>
  );
}
