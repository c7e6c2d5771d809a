// One control of a device, with the receipt of its last command. Space for the receipt is reserved, so that nothing moves when it
// appears.
import type { Command } from "../../../../shared/controls/command.ts";
import type { Device, DeviceControl } from "../../../../shared/device.ts";
import { explain } from "../../../api/client.ts";
import { CommandMark } from "../../../device/command-mark.tsx";
import { ControlInput } from "../../../device/control-input.tsx";
import { useControl } from "../../../device/use-control.ts";
import { controlLabel, valueText } from "../../../i18n/controls.ts";
import { text } from "../../../i18n/text.ts";
import { CommandReceipt } from "./command-receipt.tsx";
import styles from "./device-controls.module.css";

interface Props {
  readonly device: Device;
  readonly one: DeviceControl;
  readonly last: Command | undefined;
  /** The last command that the device carried out. */
  readonly done: Command | undefined;
  /** Without the right to send commands, only the value is shown. */
  readonly mayCommand: boolean;
  /** False for a control that the device declares itself. */
  readonly onEdit: (() => void) | false;
}

export function OneControl({ device, one, last, done, mayCommand, onEdit }: Props) {
  const { control, reported, publishes } = one;
  const completed = done && { value: done.reply ?? done.value, issuedAtMs: done.timeline[0]?.atMs ?? 0 };
  const { value, isPending, phase, failure, send } = useControl(device.id, one, completed);
  const label = controlLabel(control);
  const reportedValue = isPending && reported !== undefined && reported.value !== value ? reported.value : undefined;
  return (
    <div className={styles["control"]} data-away={!device.presence.online && publishes === undefined}>
      {mayCommand ? (
        <ControlInput control={control} value={value} isPending={isPending} onChange={send} />
      ) : (
        <p>
          <b>{label}</b> {value === undefined ? "–" : valueText(control, value)}
        </p>
      )}
      <div className={styles["receipt"]}>
        {failure !== null ? (
          <p className={styles["failure"]} role="alert">
            <CommandMark state="failed" /> {text.controls.notSent(label, explain(failure))}
          </p>
        ) : last === undefined ? (
          <p className="note">{phase === "sending" ? text.controls.sending : ""}</p>
        ) : (
          <CommandReceipt
            command={last}
            control={control}
            isOnline={device.presence.online}
            isSending={phase === "sending"}
            reportedValue={reportedValue}
          />
        )}
      </div>
      {onEdit && (
        <button
          type="button"
          className={`note ${styles["edit"]}`}
          aria-label={text.controls.change(label)}
          onClick={onEdit}
        >
          {text.controls.addedByHand}
        </button>
      )}
    </div>
  );
}
