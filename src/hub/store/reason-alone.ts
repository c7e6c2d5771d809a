// Why a database server does not do what it is asked, without what that means for devices: they are acknowledged all the same where
// another store is read, or nothing runs yet.
import type { AnyMessage } from "../../shared/messages/message.ts";

/** The reason without what it means for devices, where its sentence says that. */
export function reasonAlone(reason: AnyMessage | string): AnyMessage | string {
  if (typeof reason === "string") return reason;
  switch (reason.code) {
    case "store/unreachable":
    case "store/starting":
    case "store/disk-full":
    case "store/read-only":
      return { ...reason, code: `${reason.code}/alone` };
    default:
      return reason;
  }
}
