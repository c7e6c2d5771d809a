// Announces how the commands of this window end: the control shows it, a screen reader would not say it.
import { useEffect, useEffectEvent } from "react";
import type { Command } from "../../shared/controls/command.ts";
import type { Control } from "../../shared/controls/control.ts";
import { announce } from "../api/announcements.ts";
import { sentCommands } from "../api/feed/sent-commands.ts";
import { useSignal } from "../api/feed/signal.ts";
import { useDevices } from "../api/queries.ts";
import { controlLabel, failureText, valueText } from "../i18n/controls.ts";
import { text } from "../i18n/text.ts";

export function useReceipts(): void {
  const settled = useSignal(sentCommands.settled);
  const { data: devices } = useDevices();
  const say = useEffectEvent((command: Command) => {
    const device = devices?.find(({ id }) => id === command.device);
    const known = device?.controls.find((one) => one.control.id === command.control)?.control;
    const control: Control = known ?? { id: command.control, kind: "text" };
    const asked = [controlLabel(control), valueText(control, command.value)].filter((part) => part !== "").join(" ");
    const what = [device?.name ?? command.device, asked] as const;
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
