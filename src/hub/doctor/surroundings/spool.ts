// Whether the database server has everything that was acknowledged. No finding in a hub without a spool.
import { message } from "../../../shared/messages/message.ts";
import { spoolNote } from "../../observe/spool-note.ts";
import type { DoctorOptions } from "../context.ts";
import type { Finding } from "../finding.ts";

export async function checkSpool(spool: DoctorOptions["spool"]): Promise<readonly Finding[]> {
  const status = await spool?.();
  if (status === undefined) return [];
  const title = message("spool/title");
  return status === null
    ? [{ id: "spool", state: "fine", title, message: message("spool/empty") }]
    : [{ id: "spool", state: "wrong", title, message: spoolNote(status) }];
}
