// A device's controls, each with the receipt of its last command. The requested value and the reported one are shown apart.
import { useState } from "react";
import type { AddedControl } from "../../../../shared/added-control.ts";
import type { Command } from "../../../../shared/command.ts";
import { isSettled } from "../../../../shared/command.ts";
import type { ControlValue } from "../../../../shared/control.ts";
import type { Device, DeviceControl } from "../../../../shared/device.ts";
import { useMay } from "../../../api/access.ts";
import { explain } from "../../../api/client.ts";
import { sendCommand, useCommands } from "../../../api/queries.ts";
import { ControlInput } from "../../../device/control-input.tsx";
import { settledValue } from "../../../device/settled-value.ts";
import { controlLabel, valueText } from "../../../i18n/controls.ts";
import { Dialog } from "../../../ui/dialog.tsx";
import { addedControls } from "./added-control-draft.ts";
import { AddedControlForm } from "./added-control-form.tsx";
import { CommandHistory } from "./command-history.tsx";
import { CommandReceipt } from "./command-receipt.tsx";
import styles from "./device-controls.module.css";

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
        <h2 id="controls">Controls</h2>
        {device.controls.length === 0 && <p className="note">The device declares none.</p>}
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
        {isAdmin && (
          <button
            type="button"
            className={`button small ${styles["add"]}`}
            onClick={() => setForm({ added: undefined })}
          >
            Add a control
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

interface OneControlProps {
  readonly device: Device;
  readonly one: DeviceControl;
  readonly last: Command | undefined;
  /** The last command that the device carried out. */
  readonly done: Command | undefined;
  /** Whoever may not sees the value alone. */
  readonly mayCommand: boolean;
  /** False for a control that the device declares itself. */
  readonly onEdit: (() => void) | false;
}

function OneControl({ device, one, last, done, mayCommand, onEdit }: OneControlProps) {
  const { control, reported } = one;
  const [failure, setFailure] = useState<Error | null>(null);
  const send = (value: ControlValue) => {
    setFailure(null);
    sendCommand(device.id, { control: control.id, value }).catch(setFailure);
  };
  const isUnderWay = last !== undefined && !isSettled(last.state);
  const completed = done && { value: done.reply ?? done.value, issuedAtMs: done.timeline[0]?.atMs ?? 0 };
  const shown = isUnderWay ? last.value : settledValue(reported, completed);
  const differs = isUnderWay && reported !== undefined && reported.value !== last.value;
  return (
    <div className={styles["control"]}>
      {mayCommand ? (
        <ControlInput control={control} value={shown} onChange={send} />
      ) : (
        <p>
          <b>{controlLabel(control)}</b> {shown === undefined ? "–" : valueText(control, shown)}
        </p>
      )}
      {differs && (
        <p className="note">
          asked for {valueText(control, last.value)}, the device says {valueText(control, reported.value)}
        </p>
      )}
      {last && <CommandReceipt command={last} control={control} isOnline={device.presence.online} />}
      {onEdit && (
        <button
          type="button"
          className={`note ${styles["edit"]}`}
          aria-label={`Change ${controlLabel(control)}`}
          onClick={onEdit}
        >
          Added by hand · change
        </button>
      )}
      {failure && (
        <p className={styles["failure"]} role="alert">
          {controlLabel(control)} was not sent. {explain(failure)}
        </p>
      )}
    </div>
  );
}
