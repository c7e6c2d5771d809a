// Subscribes to the hub's message log while the page is open: on the live connection, again after each reconnection and with each
// change of the filter.
import { useCallback, useEffect, useRef, useState } from "react";
import { fitsFilter, type LogEvent, type LogFilter, type LogRequest } from "../../../../shared/mqtt/message-log.ts";
import { useSignal } from "../../../api/feed/signal.ts";
import { useLive } from "../../../api/feed/use-live.ts";
import { language } from "../../../i18n/language.ts";
import { filtered, type LogRows, NO_ROWS, released, withNew } from "./log-rows.ts";

/** A filter that is being typed is sent once it rests. */
const FILTER_DELAY_MS = 200;
/** Events of the log begin like this; all others are the feed's. */
const EVENT_OF_LOG = '{"type":"log';

export type Talkers = Extract<LogEvent, { readonly type: "log-talkers" }>;

export interface MessageLog {
  readonly rows: LogRows;
  /** Undefined in the first second. */
  readonly talkers: Talkers | undefined;
  readonly state: "connecting" | "open" | "full";
  readonly clear: () => void;
}

/** While `isHeld`, new messages wait. */
export function useMessageLog(filter: LogFilter, isHeld: boolean): MessageLog {
  const socket = useSignal(useLive().socket);
  const [rows, setRows] = useState(NO_ROWS);
  const [talkers, setTalkers] = useState<Talkers>();
  const [isFull, setFull] = useState(false);
  const held = useRef(isHeld);
  const wanted = useRef(filter);
  const isFirst = useRef(true);

  useEffect(() => {
    held.current = isHeld;
    if (!isHeld) setRows(released);
  }, [isHeld]);

  useEffect(() => {
    if (socket === null) return;
    const onMessage = ({ data }: MessageEvent<string>) => {
      if (!data.startsWith(EVENT_OF_LOG)) return;
      const event: LogEvent = JSON.parse(data);
      if (event.type === "log") {
        // Those on the way were chosen by the filter before.
        const fitting = event.rows.filter((row) => fitsFilter(row, wanted.current));
        setRows((all) => withNew(all, fitting, event.leftOut, held.current));
      }
      if (event.type === "log-talkers") setTalkers(event);
      if (event.type === "log-full") setFull(true);
    };
    socket.addEventListener("message", onMessage);
    return () => {
      socket.removeEventListener("message", onMessage);
      setFull(false);
      ask(socket, { type: "log-end" });
    };
  }, [socket]);

  const asked = JSON.stringify(filter);
  useEffect(() => {
    const changed: LogFilter = JSON.parse(asked);
    wanted.current = changed;
    setRows((all) => filtered(all, changed));
    if (socket === null) return;
    const timer = setTimeout(
      () => ask(socket, { type: "log", filter: changed, language }),
      isFirst.current ? 0 : FILTER_DELAY_MS,
    );
    isFirst.current = false;
    return () => clearTimeout(timer);
  }, [socket, asked]);

  const clear = useCallback(() => setRows((all) => ({ ...NO_ROWS, nextNumber: all.nextNumber })), []);
  return { rows, talkers, state: socket === null ? "connecting" : isFull ? "full" : "open", clear };
}

function ask(socket: WebSocket, request: LogRequest): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
}
