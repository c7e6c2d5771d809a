// The outcome of a control's last command, in one line that unfolds into its steps with their times. It announces that the command
// waits; the shell announces its end.
import type { Command } from "../../../../shared/controls/command.ts";
import type { Control, ControlValue } from "../../../../shared/controls/control.ts";
import { hubNowMs } from "../../../api/feed/hub-clock.ts";
import { CommandMark } from "../../../device/command-mark.tsx";
import { controlLabel, failureText, valueText } from "../../../i18n/controls.ts";
import { Moment } from "../../../i18n/moment.tsx";
import { text } from "../../../i18n/text.ts";
import { formatExactMoment, formatLater, formatMoment } from "../../../i18n/times.ts";
import styles from "./command-receipt.module.css";

interface Props {
  readonly command: Command;
  readonly control: Control;
  readonly isOnline: boolean;
  /** A newer one is on its way to the hub. */
  readonly isSending: boolean;
  /** The reported value while another one is desired. */
  readonly reportedValue: ControlValue | undefined;
}

export function CommandReceipt({ command, control, isOnline, isSending, reportedValue }: Props) {
  const { state, timeline } = command;
  const nowMs = hubNowMs();
  // A command may be queued and sent again; show the last attempt.
  const shown = timeline.slice(timeline.findLastIndex((step) => step.state === "queued") + 1);
  const last = timeline.at(-1);
  const reached = state === "queued" ? queuedText(command, isOnline) : stepText(state, command, control);
  const outcome = isSending ? text.controls.sending : reached;
  const isBad = !isSending && (state === "failed" || state === "expired");
  const line =
    reportedValue === undefined ? outcome : text.controls.stillSays(outcome, valueText(control, reportedValue));
  return (
    <>
      <details className={styles["fold"]}>
        <summary className={isBad ? styles["bad"] : undefined}>
          <CommandMark state={isSending ? "sending" : state} />
          <span>{line}</span>
          {last && !isSending && <Moment ms={last.atMs}>{formatMoment(last.atMs, nowMs)}</Moment>}
        </summary>
        <ol className={styles["receipt"]} aria-label={text.controls.steps(controlLabel(control))}>
          {shown.map((step, index) => {
            const before = shown[index - 1];
            return (
              <li key={step.state}>
                <CommandMark state={index < shown.length - 1 ? "done" : step.state} />
                <span>{stepText(step.state, command, control)}</span>
                <Moment ms={step.atMs}>
                  {before === undefined
                    ? formatExactMoment(step.atMs, nowMs)
                    : formatLater(Math.max(0, step.atMs - before.atMs))}
                </Moment>
              </li>
            );
          })}
        </ol>
      </details>
      <p className={styles["announced"]} role="status">
        {!isSending && state === "queued" && `${controlLabel(control)}: ${line}`}
      </p>
    </>
  );
}

function queuedText({ publication, expiresAtMs }: Command, isOnline: boolean): string {
  const until = formatMoment(expiresAtMs, hubNowMs());
  if (publication !== undefined) return text.controls.willBeSentTo(publication.topic, until);
  return isOnline ? text.controls.waitsForTurn(until) : text.controls.willBeSent(until);
}

function stepText(state: Command["state"], command: Command, control: Control): string {
  switch (state) {
    case "done": {
      const value = command.reply ?? command.value;
      if (control.kind === "button" || value === null) return text.controls.done;
      return text.controls.doneWith(controlLabel(control), valueText(control, value));
    }
    case "failed":
      return text.controls.failed(failureText(command));
    case "expired":
      return text.controls.expired;
    case "queued":
    case "sent":
    case "delivered":
      return text.controls[state];
  }
}
