// The passphrase of a backup, from a file. It never comes from the arguments, which every user of the computer can read while a
// command runs; the environment's is that of the configuration.
import { readFileSync } from "node:fs";
import { Misuse } from "../../hub/arguments.ts";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import { checkReadable } from "../output-file.ts";

/** The first line of `file`. Throws with a message. */
export function readPassphrase(file: string): string {
  if (file === "") throw new Misuse(message("cli/empty-file", { flag: "passphrase-file" }));
  checkReadable(file);
  const [line = ""] = readFileSync(file, "utf8").split(/\r?\n/, 1);
  if (line === "") throw new Failure(message("cli/empty-passphrase", { path: file }));
  return line;
}
