// The commands before the last ones: what was asked, by whom, and what came of it.
import type { Command } from "../../../../shared/command.ts";
import type { Control } from "../../../../shared/control.ts";
import type { Device } from "../../../../shared/device.ts";
import { controlLabel, failureWords, valueWords } from "../../../i18n/controls.ts";
import { formatMoment } from "../../../i18n/times.ts";
import styles from "./command-receipt.module.css";
import { Mark } from "./command-receipt.tsx";

const SHOWN = 12;

export function CommandHistory({
  device,
  commands,
}: {
  readonly device: Device;
  readonly commands: readonly Command[];
}) {
  const nowMs = Date.now();
  return (
    <section className="panel" aria-labelledby="earlier-commands">
      <h2 id="earlier-commands">Earlier commands</h2>
      <ol className={`${styles["receipt"]} ${styles["history"]}`}>
        {commands.slice(0, SHOWN).map((command) => (
          <li key={command.id}>
            <Mark state={command.state} />
            <span>{words(device, command)}</span>
            <time>{formatMoment(command.timeline[0]?.atMs ?? 0, nowMs)}</time>
          </li>
        ))}
      </ol>
      {commands.length > SHOWN && <p className="note">and {commands.length - SHOWN} more</p>}
    </section>
  );
}

function words(device: Device, command: Command): string {
  const known = device.controls.find(({ control }) => control.id === command.control)?.control;
  const control: Control = known ?? { id: command.control, kind: "text" };
  const what = [controlLabel(control), valueWords(control, command.value)].filter((word) => word !== "").join(" ");
  const outcome = {
    failed: failureWords(command),
    expired: "expired",
    done: "",
    queued: "waits",
    sent: "sent",
    delivered: "delivered",
  }[command.state];
  return [what, `by ${command.by}`, outcome].filter((word) => word !== "").join(" · ");
}
