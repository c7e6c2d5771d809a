// The list of messages, one expandable row each. One row is a tab stop; arrow keys move from there (roving tabindex).
import { type KeyboardEvent, useState } from "react";
import type { LogRow } from "../../../../shared/mqtt/message-log.ts";
import { useDevices } from "../../../api/queries.ts";
import { words } from "../words.ts";
import type { NumberedRow } from "./log-rows.ts";
import { MessageRow } from "./message-row.tsx";
import styles from "./message-rows.module.css";

/** Rendering more rows takes longer than a frame at a high message rate. */
const ROWS_PER_PAGE = 150;

interface Props {
  readonly rows: readonly NumberedRow[];
  /** The number of the row that is open. */
  readonly open: number | undefined;
  readonly onOpen: (number: number | undefined) => void;
  readonly onDevice: (device: string) => void;
  readonly onEdit: ((row: LogRow) => void) | undefined;
}

export function MessageRows({ rows, open, onOpen, onDevice, onEdit }: Props) {
  const { data: devices = [] } = useDevices();
  const [most, setMost] = useState(ROWS_PER_PAGE);
  const [active, setActive] = useState<number>();
  const shown = rows.slice(0, most);
  if (shown.length === 0) return null;
  const tabStop = shown.some(({ number }) => number === active) ? active : shown[0]?.number;
  return (
    <>
      <div className={`${styles["row"]} ${styles["heads"]}`} aria-hidden="true">
        <span>{words.time}</span>
        <span>{words.verdict}</span>
        <span>{words.topic}</span>
        <span>{words.device}</span>
        <span>{words.payload}</span>
        <span>{words.size}</span>
        <span>{words.from}</span>
      </div>
      <ul className={styles["rows"]} aria-label={words.table} onKeyDown={moveFocus}>
        {shown.map(({ number, row }) => (
          <MessageRow
            key={number}
            number={number}
            row={row}
            name={devices.find(({ id }) => id === row.device)?.name ?? row.device}
            isTabStop={number === tabStop}
            isOpen={number === open}
            onOpen={onOpen}
            onFocus={setActive}
            // The others are the same for all rows, and change with the page.
            {...(number === open && { onDevice, onEdit, previous: rowBefore(rows, { number, row }) })}
          />
        ))}
      </ul>
      {rows.length > most && (
        <button type="button" className="button" onClick={() => setMost(most + ROWS_PER_PAGE)}>
          {words.older}
        </button>
      )}
    </>
  );
}

/** The message before it on its topic, of the same device. `rows`: newest first. */
function rowBefore(rows: readonly NumberedRow[], { number, row }: NumberedRow): LogRow | undefined {
  return rows.find((one) => one.number < number && one.row.source === row.source && one.row.device === row.device)?.row;
}

function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  const { key, currentTarget } = event;
  const buttons = [...currentTarget.querySelectorAll<HTMLButtonElement>(":scope > li > button")];
  const at = buttons.findIndex((button) => button.matches(":focus"));
  if (at < 0) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[key];
  const next = to === undefined ? undefined : buttons[to];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
