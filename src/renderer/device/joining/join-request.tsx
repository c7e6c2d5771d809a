// A device that asks to join: name, model, address and first readings, with buttons to approve or block, and fields for the name
// and the room that it gets.
import { type KeyboardEvent, useId, useState } from "react";
import type { Device, Metric } from "../../../shared/device.ts";
import { explain } from "../../api/client.ts";
import { useJoinDecision } from "../../api/devices/use-join-decision.ts";
import { useLatest } from "../../api/feed/use-live.ts";
import { useConversion } from "../../api/local-storage/unit-choices.ts";
import { useDevices } from "../../api/queries.ts";
import { metricLabel, roomsOf } from "../../i18n/names.ts";
import { formatCount, formatQuantity } from "../../i18n/numbers.ts";
import { text } from "../../i18n/text.ts";
import { lastDigitOf } from "../../i18n/units.ts";
import styles from "./join-requests.module.css";

const MAX_SHOWN_METRICS = 4;
const MAX_NAME_CHARACTERS = 64;

export interface JoinDraft {
  readonly name: string;
  readonly room: string;
}

const EMPTY_DRAFT: JoinDraft = { name: "", room: "" };

interface Props {
  readonly device: Device;
  /** Of a controlled component, since all requests can be approved together; undefined while it is not being named. */
  readonly draft?: JoinDraft | undefined;
  readonly onDraftChange?: (draft: JoinDraft) => void;
}

export function JoinRequest({ device, ...controlled }: Props) {
  const { id, name, model, address, metrics, quarantined, offeredKey } = device;
  const decision = useJoinDecision(device, offeredKey?.code);
  const own = useState<JoinDraft>();
  const { draft = own[0], onDraftChange: setDraft = own[1] } = controlled;
  const { name: newName, room } = draft ?? EMPTY_DRAFT;
  const origin = [model ?? [], address === null ? [] : text.joining.at(address)].flat().join(" ");
  const approve = () => {
    if (decision.isPending) return;
    decision.mutate({ kind: "approve", name: newName.trim(), room: room.trim() });
  };
  const facts = [name === id ? [] : id, origin === "" ? [] : origin].flat();
  return (
    <div className={styles["request"]}>
      <div className={styles["facts"]}>
        <h2>{text.joining.one(name)}</h2>
        <p>
          {facts.join(" · ")}
          {metrics.length > 0 && " · "}
          {metrics.slice(0, MAX_SHOWN_METRICS).map((metric, index) => (
            <span key={metric.name}>
              {index > 0 && ", "}
              <FirstReading device={id} metric={metric} />
            </span>
          ))}
          {metrics.length > MAX_SHOWN_METRICS &&
            `, ${text.presence.andMore(formatCount(metrics.length - MAX_SHOWN_METRICS))}`}
          {quarantined && ` · ${text.joining.kept(quarantined.readings, formatCount(quarantined.readings))}`}
        </p>
        {offeredKey && (
          <p>
            {text.joining.compareKey} <b className={styles["code"]}>{offeredKey.code}</b>
          </p>
        )}
        {draft && <Naming device={device} draft={draft} onChange={setDraft} onEntered={approve} />}
        {decision.error && <p role="alert">{explain(decision.error)}</p>}
      </div>
      <div className={styles["buttons"]}>
        {draft === undefined && (
          <button
            type="button"
            className="button small"
            aria-label={text.joining.nameOf(name)}
            onClick={() => setDraft(EMPTY_DRAFT)}
          >
            {text.joining.nameAndRoom}
          </button>
        )}
        <button
          type="button"
          className="button small primary"
          aria-label={text.joining.approveOf(name)}
          disabled={decision.isPending}
          onClick={approve}
        >
          {text.joining.approve}
        </button>
        <button
          type="button"
          className="button small"
          aria-label={text.joining.blockOf(name)}
          disabled={decision.isPending}
          onClick={() => decision.mutate({ kind: "block" })}
        >
          {text.joining.block}
        </button>
      </div>
    </div>
  );
}

interface NamingProps {
  readonly device: Device;
  readonly draft: JoinDraft;
  readonly onChange: (draft: JoinDraft) => void;
  readonly onEntered: () => void;
}

function Naming({ device, draft, onChange, onEntered }: NamingProps) {
  const rooms = useId();
  const onKeyDown = ({ key, nativeEvent }: KeyboardEvent) => {
    if (key === "Enter" && !nativeEvent.isComposing) onEntered();
  };
  return (
    <div className={styles["naming"]}>
      <input
        // It appears after a press of its button.
        // biome-ignore lint/a11y/noAutofocus: see above
        autoFocus
        aria-label={text.joining.nameLabel(device.name)}
        placeholder={device.name}
        maxLength={MAX_NAME_CHARACTERS}
        value={draft.name}
        onKeyDown={onKeyDown}
        onChange={({ target }) => onChange({ ...draft, name: target.value })}
      />
      <input
        aria-label={text.joining.roomLabel(device.name)}
        placeholder={text.joining.room}
        maxLength={MAX_NAME_CHARACTERS}
        list={rooms}
        value={draft.room}
        onKeyDown={onKeyDown}
        onChange={({ target }) => onChange({ ...draft, room: target.value })}
      />
      <RoomOptions id={rooms} />
    </div>
  );
}

/** Suggests existing rooms while one is typed. */
export function RoomOptions({ id }: { readonly id: string }) {
  const { data: devices = [] } = useDevices();
  return (
    <datalist id={id}>
      {roomsOf(devices).map((room) => (
        <option key={room} value={room} />
      ))}
    </datalist>
  );
}

function FirstReading({ device, metric }: { readonly device: string; readonly metric: Metric }) {
  const { value } = useLatest(device, metric);
  const { unit, isSame, shown, resolution } = useConversion(metric.unit);
  const finest = isSame ? undefined : resolution(lastDigitOf(value));
  return `${inSentence(metric)} ${formatQuantity(shown(value), unit, finest)}`;
}

/** A generated label starts in lower case inside a sentence; a label that the device declared stays as it is. */
function inSentence(metric: Metric): string {
  const label = metricLabel(metric);
  const isOurs = metric.label === undefined && /^\p{Lu}(?!\p{Lu})/u.test(label);
  return isOurs ? label.charAt(0).toLowerCase() + label.slice(1) : label;
}
