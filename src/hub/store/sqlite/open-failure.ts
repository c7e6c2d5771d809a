// Why the database could not be opened, with advice that loses no data. SQLite's error arrives from the writer's thread as text.
import { type Message, message } from "../../../shared/messages/message.ts";

type OpenFailure = Message<`start/database-${"full" | "damaged" | "newer" | "denied" | "failed"}`>;

/** `reason` is the error's text, of SQLite or of a migration. */
export function openFailure(path: string, reason: string): OpenFailure {
  const params = { path, reason };
  if (/\bfull\b|ENOSPC/i.test(reason)) return message("start/database-full", params);
  if (/not a database|malformed/i.test(reason)) return message("start/database-damaged", params);
  if (/newer/i.test(reason)) return message("start/database-newer", params);
  if (/readonly|read-only|unable to open|disk I\/O|permission/i.test(reason))
    return message("start/database-denied", params);
  return message("start/database-failed", params);
}
