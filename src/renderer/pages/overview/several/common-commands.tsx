// One command to all devices that have the control, and what became of it at each.
import { useState } from "react";
import type { ControlValue } from "../../../../shared/controls/control.ts";
import type { Device } from "../../../../shared/device.ts";
import { explain } from "../../../api/client.ts";
import { sendCommand } from "../../../api/queries.ts";
import { CommandMark } from "../../../device/command-mark.tsx";
import { ControlInput } from "../../../device/control-input.tsx";
import { controlLabel } from "../../../i18n/controls.ts";
import { severalText as t } from "../../../i18n/later/several-text.ts";
import { nameAndId } from "../../../i18n/names.ts";
import { formatCount } from "../../../i18n/numbers.ts";
import { text } from "../../../i18n/text.ts";
import { LINKS } from "../../../shell/use-route.ts";
import {
  type CommonControl,
  commonControls,
  commonValue,
  type Progress,
  progressOf,
  refusalIn,
  type Sent,
} from "./common-controls.ts";
import styles from "./several.module.css";

const MAX_NAMED_DEVICES = 8;

export function CommonCommands({ devices }: { readonly devices: readonly Device[] }) {
  const controls = commonControls(devices);
  return (
    <section aria-labelledby="common-controls">
      <h3 id="common-controls" className={styles["title"]}>
        {t.controls}
      </h3>
      {controls.length === 0 && <p className="note">{t.none}</p>}
      <ul className={styles["controls"]}>
        {controls.map((common) => (
          <CommonCommand key={common.key} common={common} />
        ))}
      </ul>
    </section>
  );
}

function CommonCommand({ common: { control, owners } }: { readonly common: CommonControl }) {
  const [sent, setSent] = useState<Sent>(new Map());
  const label = controlLabel(control);
  const sendTo = async ({ id }: Device, value: ControlValue) => {
    const answered = (answer: number | Error) => setSent((before) => new Map(before).set(id, answer));
    try {
      const { timeline } = await sendCommand(id, { control: control.id, value });
      answered(timeline[0]?.atMs ?? 0);
      return true;
    } catch (error) {
      answered(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  };
  const send = async (value: ControlValue) => {
    setSent(new Map(owners.map(({ device }) => [device.id, null])));
    const taken = await Promise.all(owners.map(({ device }) => sendTo(device, value)));
    return taken.every(Boolean);
  };
  const values = owners.map(({ one }) => one.reported?.value);
  const value = commonValue(owners);
  const count = (wanted: ControlValue) => formatCount(values.filter((one) => one === wanted).length);
  const says =
    control.kind === "switch"
      ? [t.states(count(true), count(false))]
      : value === undefined && control.kind !== "button"
        ? [t.differ]
        : [];
  return (
    <li>
      {control.kind === "switch" ? (
        <div className={styles["switch"]}>
          <b>{label}</b>
          <button type="button" className="button small" aria-label={t.switchOn(label)} onClick={() => void send(true)}>
            {t.on}
          </button>
          <button
            type="button"
            className="button small"
            aria-label={t.switchOff(label)}
            onClick={() => void send(false)}
          >
            {t.off}
          </button>
        </div>
      ) : (
        <ControlInput control={control} value={value} onChange={send} />
      )}
      <p className="note">{[t.owners(owners.length, formatCount(owners.length)), ...says].join(" · ")}</p>
      <Outcome label={label} progress={progressOf(owners, sent)} refusal={refusalIn(sent)} />
    </li>
  );
}

interface OutcomeProps {
  readonly label: string;
  readonly progress: Progress;
  /** Why the hub refused one of them. */
  readonly refusal: Error | undefined;
}

function Outcome({ label, progress: { done, underWay, waiting, failed }, refusal }: OutcomeProps) {
  return (
    <div className={styles["outcome"]} role="status" aria-label={t.became(label)}>
      {done.length > 0 && (
        <p>
          <CommandMark state="done" /> {t.done(formatCount(done.length))}
        </p>
      )}
      {underWay.length > 0 && (
        <p>
          <CommandMark state="sent" /> {t.underWay(formatCount(underWay.length))}
        </p>
      )}
      {waiting.length > 0 && (
        <p>
          <CommandMark state="queued" /> {t.waiting(formatCount(waiting.length))} <Names devices={waiting} />
        </p>
      )}
      {failed.length > 0 && (
        <p className={styles["failed"]}>
          <CommandMark state="failed" /> {t.failed(formatCount(failed.length))} <Names devices={failed} />{" "}
          {refusal && explain(refusal)}
        </p>
      )}
    </div>
  );
}

/** Each links to its page, which shows the reason. */
function Names({ devices }: { readonly devices: readonly Device[] }) {
  const others = devices.length - MAX_NAMED_DEVICES;
  return (
    <>
      {devices.slice(0, MAX_NAMED_DEVICES).map((device, index) => (
        <span key={device.id}>
          {index > 0 && ", "}
          <a href={LINKS.device(device.id)}>{nameAndId(device)}</a>
        </span>
      ))}
      {others > 0 && `, ${text.presence.andMore(formatCount(others))}`}
    </>
  );
}
