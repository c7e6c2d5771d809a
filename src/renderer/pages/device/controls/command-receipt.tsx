// The progress of a control's last command, with times: sent, delivered, done.
import type { Command, CommandState } from "../../../../shared/command.ts";
import type { Control } from "../../../../shared/control.ts";
import { hubNowMs } from "../../../api/hub-clock.ts";
import { controlLabel, failureText, valueText } from "../../../i18n/controls.ts";
import { formatLater, formatMillisecond, formatMoment } from "../../../i18n/times.ts";
import styles from "./command-receipt.module.css";

interface Props {
  readonly command: Command;
  readonly control: Control;
  readonly isOnline: boolean;
}

export function CommandReceipt({ command, control, isOnline }: Props) {
  const { state, timeline, expiresAtMs, publication } = command;
  if (state === "queued") {
    const until = formatMoment(expiresAtMs, hubNowMs());
    return (
      <p className="note" role="status">
        {queuedText(isOnline, publication)}, until {until}
      </p>
    );
  }
  // A command may be queued and sent again; show the last attempt.
  const shown = timeline.slice(timeline.findLastIndex((step) => step.state === "queued") + 1);
  return (
    <ol className={styles["receipt"]} aria-label={`What became of ${controlLabel(control)}`}>
      {shown.map((step, index) => {
        const before = shown[index - 1];
        return (
          <li key={step.state}>
            <Mark state={step.state} />
            <span>{stepText(step.state, command, control)}</span>
            <time>
              {before === undefined ? formatMillisecond(step.atMs) : formatLater(Math.max(0, step.atMs - before.atMs))}
            </time>
          </li>
        );
      })}
    </ol>
  );
}

function queuedText(isOnline: boolean, publication: Command["publication"]): string {
  if (publication !== undefined) return `will be sent when something listens on ${publication.topic}`;
  return isOnline ? "waits for its turn" : "will be sent when it returns";
}

export function Mark({ state }: { readonly state: CommandState }) {
  const isBad = state === "failed" || state === "expired";
  return (
    <span className={isBad ? styles["cross"] : styles["tick"]} aria-hidden="true">
      {isBad ? "✕" : "✓"}
    </span>
  );
}

function stepText(state: CommandState, command: Command, control: Control): string {
  switch (state) {
    case "done": {
      const value = command.reply ?? command.value;
      return control.kind === "button" || value === null
        ? "done"
        : `done: ${controlLabel(control)} is ${valueText(control, value)}`;
    }
    case "failed":
      return `failed: ${failureText(command)}`;
    case "expired":
      return "expired: it was not delivered in time";
    default:
      return state;
  }
}
