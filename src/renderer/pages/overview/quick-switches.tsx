// A device's switches on its card: at hand, with a word where all is not well. The receipts are on the device's page.
import { useState } from "react";
import { isSettled } from "../../../shared/command.ts";
import type { Device, DeviceControl } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { sendCommand } from "../../api/queries.ts";
import { ControlInput } from "../../device/control-input.tsx";
import { settledValue } from "../../device/settled-value.ts";
import styles from "./quick-switches.module.css";

const SHOWN = 2;

export function QuickSwitches({ device }: { readonly device: Device }) {
  const switches = device.controls.filter(({ control }) => control.kind === "switch");
  return switches
    .slice(0, SHOWN)
    .map((one) => <QuickSwitch key={one.control.id} device={device.id} isHere={device.presence.online} one={one} />);
}

interface Props {
  readonly device: string;
  readonly isHere: boolean;
  readonly one: DeviceControl;
}

function QuickSwitch({ device, isHere, one }: Props) {
  const { control, desired, reported } = one;
  const [failure, setFailure] = useState<Error | null>(null);
  const isUnderWay = desired !== undefined && !isSettled(desired.state);
  const wasDone = desired?.state === "done" ? { value: desired.value, givenAtMs: desired.atMs } : undefined;
  const words = failure === null ? stateWords(one, isHere) : explain(failure);
  return (
    <div className={styles["switch"]}>
      <ControlInput
        control={control}
        value={isUnderWay ? desired.value : settledValue(reported, wasDone)}
        onChange={(value) => {
          setFailure(null);
          sendCommand(device, { control: control.id, value }).catch(setFailure);
        }}
      />
      <p className="note" role="status">
        {words}
      </p>
    </div>
  );
}

function stateWords({ desired, publishes }: DeviceControl, isHere: boolean): string {
  switch (desired?.state) {
    case "queued":
      return isHere || publishes !== undefined ? "waits to be sent" : "will be sent when it returns";
    case "failed":
      return "the last command failed";
    case "expired":
      return "the last command came to nothing: it was not delivered in time";
    default:
      return "";
  }
}
