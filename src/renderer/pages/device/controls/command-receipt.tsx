// How far the last command on a control has come, with times: sent, delivered, done.
import type { Command, CommandState } from "../../../../shared/command.ts";
import type { Control } from "../../../../shared/control.ts";
import { controlLabel, failureWords, valueWords } from "../../../i18n/controls.ts";
import { formatLater, formatMillisecond, formatMoment } from "../../../i18n/times.ts";
import styles from "./command-receipt.module.css";

interface Props {
  readonly command: Command;
  readonly control: Control;
  /** The device is here. */
  readonly isHere: boolean;
}

export function CommandReceipt({ command, control, isHere }: Props) {
  const { state, timeline, expiresAtMs, publication } = command;
  if (state === "queued") {
    const until = formatMoment(expiresAtMs, Date.now());
    return (
      <p className="note" role="status">
        {waitingFor(isHere, publication)}, until {until}
      </p>
    );
  }
  // One that was sent again is shown from the last time on.
  const shown = timeline.slice(timeline.findLastIndex((step) => step.state === "queued") + 1);
  return (
    <ol className={styles["receipt"]} aria-label={`What became of ${controlLabel(control)}`}>
      {shown.map((step, index) => {
        const before = shown[index - 1];
        return (
          <li key={step.state}>
            <Mark state={step.state} />
            <span>{stepWords(step.state, command, control)}</span>
            <time>
              {before === undefined ? formatMillisecond(step.atMs) : formatLater(Math.max(0, step.atMs - before.atMs))}
            </time>
          </li>
        );
      })}
    </ol>
  );
}

function waitingFor(isHere: boolean, publication: Command["publication"]): string {
  if (publication !== undefined) return `will be sent when something listens on ${publication.topic}`;
  return isHere ? "waits for its turn" : "will be sent when it returns";
}

export function Mark({ state }: { readonly state: CommandState }) {
  const isBad = state === "failed" || state === "expired";
  return (
    <span className={isBad ? styles["cross"] : styles["tick"]} aria-hidden="true">
      {isBad ? "✕" : "✓"}
    </span>
  );
}

function stepWords(state: CommandState, command: Command, control: Control): string {
  switch (state) {
    case "done": {
      const value = command.reply ?? command.value;
      return control.kind === "button" || value === null
        ? "done"
        : `done: ${controlLabel(control)} is ${valueWords(control, value)}`;
    }
    case "failed":
      return `failed: ${failureWords(command)}`;
    case "expired":
      return "expired: it was not delivered in time";
    default:
      return state;
  }
}
