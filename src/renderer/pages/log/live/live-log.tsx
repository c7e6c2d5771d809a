// Messages as they arrive, newest on top. The list does not change while it is paused, a message is expanded, the pointer is over it
// or the keyboard focus is in it; new messages wait behind a button.
import { Pause, Play } from "lucide-react";
import { type ReactNode, useDeferredValue, useRef, useState } from "react";
import type { LogFilter, LogRow } from "../../../../shared/mqtt/message-log.ts";
import { formatCount } from "../../../i18n/numbers.ts";
import page from "../log-page.module.css";
import type { Draft } from "../publish/publish-box.tsx";
import { words } from "../words.ts";
import styles from "./live-log.module.css";
import { LogFilters } from "./log-filters.tsx";
import type { LogRows } from "./log-rows.ts";
import { MessageRows } from "./message-rows.tsx";
import { TopTalkers } from "./top-talkers.tsx";
import { useHold } from "./use-hold.ts";
import { useLogFilter } from "./use-log-filter.ts";
import { type MessageLog, useMessageLog } from "./use-message-log.ts";

interface Props {
  /** Copies a message to the publish box; undefined without the right to publish. */
  readonly onEdit: ((draft: Draft) => void) | undefined;
  /** Panels beside the messages. */
  readonly children: ReactNode;
}

export function LiveLog({ onEdit, children }: Props) {
  const [filter, setFilter] = useLogFilter();
  const [isPaused, setPaused] = useState(false);
  const [open, setOpen] = useState<number>();
  const region = useRef<HTMLDivElement>(null);
  const isInUse = useHold(region);
  const log = useMessageLog(filter, isPaused || open !== undefined || isInUse);
  const { rows, talkers, clear } = log;
  const goOn = () => {
    setPaused(false);
    setOpen(undefined);
  };
  const edit = onEdit && ((row: LogRow) => onEdit({ topic: topicOf(row), payload: row.payload }));
  return (
    <div className={page["columns"]}>
      <div className={page["messages"]}>
        <LogFilters filter={filter} onChange={setFilter}>
          <button type="button" className="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
            {isPaused ? <Play className="icon" aria-hidden="true" /> : <Pause className="icon" aria-hidden="true" />}
            {isPaused ? words.resume : words.pause}
          </button>
          <button type="button" className="button" disabled={rows.shown.length === 0} onClick={clear}>
            {words.clear}
          </button>
        </LogFilters>
        <Status log={log} filter={filter} onShow={goOn} />
        <div ref={region}>
          <MessageRows
            rows={useDeferredValue(rows.shown)}
            open={open}
            onOpen={setOpen}
            onDevice={(device) => {
              setFilter({ ...filter, device });
              setOpen(undefined);
            }}
            onEdit={edit}
          />
        </div>
      </div>
      <div className={page["aside"]}>
        {children}
        <TopTalkers talkers={talkers} onDevice={(device) => setFilter({ ...filter, device })} />
      </div>
    </div>
  );
}

/** An HTTP route is not a topic: its messages are published as readings. */
function topicOf({ source, device, transport }: LogRow): string {
  if (transport === "mqtt") return source;
  return device === undefined ? "sensor/data" : `sensor/${device}/data`;
}

interface StatusProps {
  readonly log: MessageLog;
  readonly filter: LogFilter;
  readonly onShow: () => void;
}

/** One line of one height: rows never move because of it. */
function Status({ log: { state, rows }, filter, onShow }: StatusProps) {
  return (
    <div className={styles["status"]}>
      <p role="status">{statusText(state, rows, filter)}</p>
      {rows.waitingCount > 0 && (
        <button type="button" className="button small" onClick={onShow}>
          {words.waiting(formatCount(rows.waitingCount))}
        </button>
      )}
    </div>
  );
}

function statusText(state: MessageLog["state"], rows: LogRows, filter: LogFilter): string {
  if (state === "connecting") return words.connecting;
  if (state === "full") return words.full;
  if (rows.shown.length === 0) return Object.keys(filter).length === 0 ? words.empty : words.emptyFiltered;
  return rows.leftOut > 0 ? words.leftOut(formatCount(rows.leftOut)) : "";
}
