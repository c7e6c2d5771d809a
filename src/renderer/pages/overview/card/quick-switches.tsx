// The most used controls on a device's card, with a message where a command is delayed or failed. The device's page has the receipts.
import { useState } from "react";
import type { Device, DeviceControl } from "../../../../shared/device.ts";
import { controlKey, controlUses } from "../../../api/local-storage/control-use.ts";
import { CommandNote } from "../../../device/command-note.tsx";
import { ControlInput } from "../../../device/control-input.tsx";
import { useControl } from "../../../device/use-control.ts";
import styles from "./quick-switches.module.css";

const MAX_SHOWN_SWITCHES = 2;

/** Those that a card has room for: the order stays while it is drawn, since a press is to move nothing. */
export function useQuickControls({ id, controls }: Device): DeviceControl[] {
  const [uses] = useState(controlUses.get);
  const usesOf = ({ control }: DeviceControl) => uses[controlKey(id, control.id)] ?? 0;
  // Texts and colours need more space than a card has.
  const quick = controls.filter(({ control }) => control.kind !== "text" && control.kind !== "color");
  const isSwitch = ({ control }: DeviceControl) => Number(control.kind === "switch");
  return quick.sort((a, b) => usesOf(b) - usesOf(a) || isSwitch(b) - isSwitch(a)).slice(0, MAX_SHOWN_SWITCHES);
}

interface Props {
  readonly device: string;
  readonly isOnline: boolean;
  readonly one: DeviceControl;
}

export function QuickSwitch({ device, isOnline, one }: Props) {
  const { value, isPending, failure, send } = useControl(device, one);
  return (
    <div className={styles["switch"]} data-away={!isOnline && one.publishes === undefined}>
      <ControlInput control={one.control} value={value} isPending={isPending} onChange={send} />
      <CommandNote one={one} isOnline={isOnline} failure={failure} />
    </div>
  );
}
