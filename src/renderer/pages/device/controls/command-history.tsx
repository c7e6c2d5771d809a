// A device's earlier commands, a page at a time: value, issuer and outcome.
import { useState } from "react";
import type { Command } from "../../../../shared/controls/command.ts";
import type { Control } from "../../../../shared/controls/control.ts";
import type { Device } from "../../../../shared/device.ts";
import { hubNowMs } from "../../../api/feed/hub-clock.ts";
import { CommandMark } from "../../../device/command-mark.tsx";
import { controlLabel, failureText, valueText } from "../../../i18n/controls.ts";
import { Moment } from "../../../i18n/moment.tsx";
import { pageText } from "../../../i18n/page-text.ts";
import { text } from "../../../i18n/text.ts";
import { formatMoment } from "../../../i18n/times.ts";
import styles from "./command-receipt.module.css";

const COMMANDS_PER_PAGE = 10;

export function CommandHistory({
  device,
  commands,
}: {
  readonly device: Device;
  readonly commands: readonly Command[];
}) {
  const [wantedPage, setPage] = useState(0);
  const nowMs = hubNowMs();
  const lastPage = Math.max(0, Math.ceil(commands.length / COMMANDS_PER_PAGE) - 1);
  const page = Math.min(wantedPage, lastPage);
  const first = page * COMMANDS_PER_PAGE;
  const shown = commands.slice(first, first + COMMANDS_PER_PAGE);
  return (
    <section className="panel" aria-labelledby="earlier-commands">
      <h2 id="earlier-commands">{text.controls.earlier}</h2>
      <ol className={`${styles["receipt"]} ${styles["history"]}`} start={first + 1}>
        {shown.map((command) => (
          <li key={command.id} className={isBad(command) ? styles["bad"] : undefined}>
            <CommandMark state={command.state} />
            <span>{summaryOf(device, command)}</span>
            <IssuedAt ms={command.timeline[0]?.atMs} nowMs={nowMs} />
          </li>
        ))}
      </ol>
      {lastPage > 0 && (
        <div className={styles["pages"]}>
          <button type="button" className="button small" disabled={page === 0} onClick={() => setPage(page - 1)}>
            {text.controls.newer}
          </button>
          <span className="note" role="status">
            {text.controls.page(first + 1, first + shown.length, commands.length)}
          </span>
          <button type="button" className="button small" disabled={page === lastPage} onClick={() => setPage(page + 1)}>
            {text.controls.older}
          </button>
        </div>
      )}
    </section>
  );
}

function IssuedAt({ ms, nowMs }: { readonly ms: number | undefined; readonly nowMs: number }) {
  return ms === undefined ? null : <Moment ms={ms}>{formatMoment(ms, nowMs)}</Moment>;
}

const isBad = ({ state }: Command): boolean => state === "failed" || state === "expired";

function summaryOf(device: Device, command: Command): string {
  const known = device.controls.find(({ control }) => control.id === command.control)?.control;
  const control: Control = known ?? { id: command.control, kind: "text" };
  const what = [controlLabel(control), valueText(control, command.value)].filter((part) => part !== "").join(" ");
  const outcome = {
    failed: failureText(command),
    expired: text.controls.expiredShort,
    done: "",
    queued: text.controls.waits,
    sent: text.controls.sent,
    delivered: text.controls.delivered,
  }[command.state];
  return [what, text.controls.by(pageText.others.actor(command.by)), outcome].filter((part) => part !== "").join(" · ");
}
