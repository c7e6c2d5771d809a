// Where a command gets the passphrase of a backup: from a file or from the environment, never from its arguments, which every
// user of the computer can read while it runs.
import { readFileSync } from "node:fs";
import { Misuse } from "../../hub/arguments.ts";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import { checkReadable } from "../output-file.ts";

export const PASSPHRASE_VARIABLE = "BRAMBLE_PASSPHRASE";

/** The first line of `file`, else what the environment says; null where neither is given. Throws with a message. */
export function readPassphrase(file: string | undefined, env: Readonly<NodeJS.ProcessEnv>): string | null {
  if (file === undefined) {
    const text = env[PASSPHRASE_VARIABLE];
    return text === undefined || text === "" ? null : text;
  }
  if (file === "") throw new Misuse(message("cli/empty-file", { flag: "passphrase-file" }));
  checkReadable(file);
  const [line = ""] = readFileSync(file, "utf8").split(/\r?\n/, 1);
  if (line === "") throw new Failure(message("cli/empty-passphrase", { path: file }));
  return line;
}
