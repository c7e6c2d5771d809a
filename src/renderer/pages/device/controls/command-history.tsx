// A device's earlier commands: value, issuer and outcome.
import type { Command } from "../../../../shared/command.ts";
import type { Control } from "../../../../shared/control.ts";
import type { Device } from "../../../../shared/device.ts";
import { hubNowMs } from "../../../api/hub-clock.ts";
import { controlLabel, failureText, valueText } from "../../../i18n/controls.ts";
import { formatMoment } from "../../../i18n/times.ts";
import styles from "./command-receipt.module.css";
import { Mark } from "./command-receipt.tsx";

const MAX_SHOWN_COMMANDS = 12;

export function CommandHistory({
  device,
  commands,
}: {
  readonly device: Device;
  readonly commands: readonly Command[];
}) {
  const nowMs = hubNowMs();
  return (
    <section className="panel" aria-labelledby="earlier-commands">
      <h2 id="earlier-commands">Earlier commands</h2>
      <ol className={`${styles["receipt"]} ${styles["history"]}`}>
        {commands.slice(0, MAX_SHOWN_COMMANDS).map((command) => (
          <li key={command.id}>
            <Mark state={command.state} />
            <span>{summaryOf(device, command)}</span>
            <time>{formatMoment(command.timeline[0]?.atMs ?? 0, nowMs)}</time>
          </li>
        ))}
      </ol>
      {commands.length > MAX_SHOWN_COMMANDS && <p className="note">and {commands.length - MAX_SHOWN_COMMANDS} more</p>}
    </section>
  );
}

function summaryOf(device: Device, command: Command): string {
  const known = device.controls.find(({ control }) => control.id === command.control)?.control;
  const control: Control = known ?? { id: command.control, kind: "text" };
  const what = [controlLabel(control), valueText(control, command.value)].filter((part) => part !== "").join(" ");
  const outcome = {
    failed: failureText(command),
    expired: "expired",
    done: "",
    queued: "waits",
    sent: "sent",
    delivered: "delivered",
  }[command.state];
  return [what, `by ${command.by}`, outcome].filter((part) => part !== "").join(" · ");
}
