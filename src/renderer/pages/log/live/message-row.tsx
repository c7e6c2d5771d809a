// One message of the log: a line, expanded with all its details.
import { ArrowRight, Check, Hourglass, type LucideIcon, X } from "lucide-react";
import { memo } from "react";
import type { LogRow, LogVerdict } from "../../../../shared/mqtt/message-log.ts";
import { formatBytes, formatCount } from "../../../i18n/numbers.ts";
import { pageText } from "../../../i18n/page-text.ts";
import { text } from "../../../i18n/text.ts";
import { formatDuration, formatExact } from "../../../i18n/times.ts";
import { LINKS } from "../../../shell/use-route.ts";
import { Copyable } from "../../../ui/copyable.tsx";
import { words } from "../words.ts";
import { changedFields } from "./changed-fields.ts";
import { formatClock } from "./clock-time.ts";
import { indentedJson } from "./indented-json.ts";
import styles from "./message-rows.module.css";

const ICONS: Readonly<Record<LogVerdict, LucideIcon>> = {
  stored: Check,
  forwarded: ArrowRight,
  refused: X,
  deferred: Hourglass,
};

/** Of a payload, in its row: a wide window has room for fewer. */
const MAX_LINE_CHARACTERS = 300;
const MAX_SHOWN_CHANGES = 12;

interface Props {
  readonly number: number;
  readonly row: LogRow;
  /** Of the device. */
  readonly name: string | undefined;
  readonly isTabStop: boolean;
  readonly isOpen: boolean;
  readonly onOpen: (number: number | undefined) => void;
  readonly onFocus: (number: number) => void;
  readonly onDevice?: (device: string) => void;
  readonly onEdit?: ((row: LogRow) => void) | undefined;
  /** The one before it on its topic. */
  readonly previous?: LogRow | undefined;
}

export const MessageRow = memo(function MessageRow(props: Props) {
  const { number, row, name, isTabStop, isOpen, onOpen, onFocus } = props;
  const { atMs, verdict, source, payload, bytes, transport, address } = row;
  const Icon = ICONS[verdict];
  return (
    <li className={styles["message"]}>
      <button
        type="button"
        className={styles["row"]}
        tabIndex={isTabStop ? 0 : -1}
        aria-expanded={isOpen}
        onClick={() => onOpen(isOpen ? undefined : number)}
        onFocus={() => onFocus(number)}
      >
        <time dateTime={new Date(atMs).toISOString()}>{formatClock(atMs)}</time>
        <span className={styles["verdict"]} data-verdict={verdict}>
          <Icon aria-hidden="true" />
          {words.verdicts[verdict]}
        </span>
        <span className="cut">{source}</span>
        <span className="cut">{name}</span>
        <code className="cut">{payload === "" ? words.noPayload : payload.slice(0, MAX_LINE_CHARACTERS)}</code>
        <span className={styles["size"]}>{sizeText(bytes)}</span>
        <span className="cut">
          {words.transports[transport]} {address}
        </span>
      </button>
      {isOpen && <Details {...props} />}
    </li>
  );
});

function Details({ row, name, onDevice, onEdit, previous }: Props) {
  const { atMs, source, device, payload, bytes, readings, isQuarantined, reason } = row;
  const { transport, address, client, sender, qos, isRetained = false } = row;
  const isWhole = isShownWhole(row);
  const facts = [
    formatExact(atMs),
    words.bytes(bytes, formatCount(bytes)),
    `${words.transports[transport]} ${address}`,
    qos === undefined ? undefined : `${words.qos} ${qos}`,
    isRetained ? words.retained : undefined,
    client === undefined || client === "" ? undefined : words.client(client),
    sender === undefined ? undefined : words.by(pageText.others.actor(sender)),
    readings === undefined || readings === 0 ? undefined : words.readings(readings, formatCount(readings)),
    isQuarantined === true ? words.quarantined : undefined,
  ];
  return (
    <div className={styles["details"]}>
      <p className={styles["source"]}>{source}</p>
      {reason !== undefined && (
        <p className={styles["reason"]}>
          <b>{words.reason}:</b> {reason}
        </p>
      )}
      <p className="note">{facts.filter((fact) => fact !== undefined).join(" · ")}</p>
      {payload !== "" && (
        <div className={styles["payload"]}>
          <Copyable code={indentedJson(payload) ?? payload} label={words.payload} />
        </div>
      )}
      {!isWhole && <p className="note">{words.cut}</p>}
      {previous !== undefined && isWhole && isShownWhole(previous) && <Changes row={row} previous={previous} />}
      <p className={styles["buttons"]}>
        {device !== undefined && (
          <>
            <button type="button" className="button small" onClick={() => onDevice?.(device)}>
              {words.onlyDevice(name ?? device)}
            </button>
            {name !== undefined && (
              <a className="button small" href={LINKS.device(device)}>
                {words.toDevice}
              </a>
            )}
          </>
        )}
        {/* Only an unmodified payload: no secret was redacted, and every byte is text. */}
        {onEdit !== undefined && isWhole && (
          <button type="button" className="button small" onClick={() => onEdit(row)}>
            {words.sendAgain}
          </button>
        )}
      </p>
    </div>
  );
}

const isShownWhole = ({ payload, bytes }: LogRow): boolean => new TextEncoder().encode(payload).length === bytes;

function Changes({ row, previous }: { readonly row: LogRow; readonly previous: LogRow }) {
  const changed = changedFields(previous.payload, row.payload);
  const span = formatDuration(Math.max(0, row.atMs - previous.atMs));
  if (changed.length === 0) return <p className="note">{words.unchanged(span)}</p>;
  return (
    <div className={styles["changes"]}>
      <p className="note">{words.changed(span)}</p>
      <dl>
        {changed.slice(0, MAX_SHOWN_CHANGES).map(({ name, before = "–", after = "–" }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {before} → {after}
            </dd>
          </div>
        ))}
      </dl>
      {changed.length > MAX_SHOWN_CHANGES && (
        <p className="note">{text.presence.andMore(formatCount(changed.length - MAX_SHOWN_CHANGES))}</p>
      )}
    </div>
  );
}

function sizeText(bytes: number): string {
  return bytes < 1_000 ? `${bytes}\u202fB` : formatBytes(bytes);
}
