// The note for people about readings that wait for the database server.
import { type Message, message } from "../../shared/messages/message.ts";
import type { SpoolStatus } from "../store/store.ts";

export function spoolNote({
  readings,
  bytes,
  maxBytes,
  sinceMs,
}: SpoolStatus): Message<"spool/waiting" | "spool/full"> {
  return bytes >= maxBytes
    ? message("spool/full", { readings, maxBytes })
    : message("spool/waiting", { readings, sinceMs, bytes, maxBytes });
}
