// Announces how the commands of this window end: the control shows it, a screen reader would not say it.
import { useEffect, useEffectEvent } from "react";
import type { Command } from "../../shared/controls/command.ts";
import { announce } from "../api/announcements.ts";
import { receipt } from "../api/feed/receipts.ts";
import { useSignal } from "../api/feed/signal.ts";
import { useDevices } from "../api/queries.ts";
import { controlLabel, failureText } from "../i18n/controls.ts";
import { text } from "../i18n/text.ts";

export function useReceipts(): void {
  const settled = useSignal(receipt);
  const { data: devices } = useDevices();
  const say = useEffectEvent((command: Command) => {
    const device = devices?.find(({ id }) => id === command.device);
    const control = device?.controls.find((one) => one.control.id === command.control)?.control;
    const what = [device?.name ?? command.device, controlLabel(control ?? { id: command.control })] as const;
    const said =
      command.state === "done"
        ? text.shell.commandDone(...what)
        : text.shell.commandFailed(...what, failureText(command));
    announce(said, { isHeardOnly: true });
  });
  useEffect(() => {
    if (settled !== undefined) say(settled);
  }, [settled]);
}
