// The most used controls on a device's card, with a message where a command is delayed or failed. The device's page has the receipts.
import { useState } from "react";
import { isSettled } from "../../../shared/command.ts";
import type { Device, DeviceControl } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { controlKey, controlUses } from "../../api/control-use.ts";
import { sendCommand } from "../../api/queries.ts";
import { useStored } from "../../api/stored.ts";
import { ControlInput } from "../../device/control-input.tsx";
import { settledValue } from "../../device/settled-value.ts";
import styles from "./quick-switches.module.css";

const MAX_SHOWN_SWITCHES = 2;

export function QuickSwitches({ device }: { readonly device: Device }) {
  const uses = useStored(controlUses);
  const usesOf = ({ control }: DeviceControl) => uses[controlKey(device.id, control.id)] ?? 0;
  // Texts and colours want more room and care than a card has.
  const quick = device.controls.filter(({ control }) => control.kind !== "text" && control.kind !== "color");
  const isSwitch = ({ control }: DeviceControl) => Number(control.kind === "switch");
  const switches = quick.toSorted((a, b) => usesOf(b) - usesOf(a) || isSwitch(b) - isSwitch(a));
  return switches
    .slice(0, MAX_SHOWN_SWITCHES)
    .map((one) => <QuickSwitch key={one.control.id} device={device.id} isOnline={device.presence.online} one={one} />);
}

interface Props {
  readonly device: string;
  readonly isOnline: boolean;
  readonly one: DeviceControl;
}

function QuickSwitch({ device, isOnline, one }: Props) {
  const { control, desired, reported } = one;
  const [failure, setFailure] = useState<Error | null>(null);
  const isUnderWay = desired !== undefined && !isSettled(desired.state);
  const completed = desired?.state === "done" ? { value: desired.value, issuedAtMs: desired.atMs } : undefined;
  const message = failure === null ? stateMessage(one, isOnline) : explain(failure);
  return (
    <div className={styles["switch"]}>
      <ControlInput
        control={control}
        value={isUnderWay ? desired.value : settledValue(reported, completed)}
        onChange={(value) => {
          setFailure(null);
          sendCommand(device, { control: control.id, value }).catch(setFailure);
        }}
      />
      <p className="note" role="status">
        {message}
      </p>
    </div>
  );
}

function stateMessage({ desired, publishes }: DeviceControl, isOnline: boolean): string {
  switch (desired?.state) {
    case "queued":
      return isOnline || publishes !== undefined ? "waits to be sent" : "will be sent when it returns";
    case "failed":
      return "the last command failed";
    case "expired":
      return "the last command came to nothing: it was not delivered in time";
    default:
      return "";
  }
}
