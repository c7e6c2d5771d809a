// Announces the outcome of this window's commands to screen readers; sighted people see it at the control.
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
  const announceOutcome = useEffectEvent((command: Command) => {
    const device = devices?.find(({ id }) => id === command.device);
    const known = device?.controls.find((one) => one.control.id === command.control)?.control;
    const control: Control = known ?? { id: command.control, kind: "text" };
    const request = [controlLabel(control), valueText(control, command.value)].filter((part) => part !== "").join(" ");
    const subject = [device?.name ?? command.device, request] as const;
    const outcome =
      command.state === "done"
        ? text.shell.commandDone(...subject)
        : text.shell.commandFailed(...subject, failureText(command));
    announce(outcome, { isScreenReaderOnly: true });
  });
  useEffect(() => {
    if (settled !== undefined) announceOutcome(settled);
  }, [settled]);
}
