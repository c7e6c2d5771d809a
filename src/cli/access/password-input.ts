// A password that a person gives a command: never as an argument, which every user of the computer could read. On a terminal it
// is asked for twice and not shown; otherwise it is the first line of standard input, or of a file.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import { MIN_PASSWORD_CHARACTERS } from "../../shared/security/access.ts";
import { checkReadable } from "../output-file.ts";

/** Resolves with a new password; rejects with a message where there is none that may be one. `file` is null without --password-file. */
export async function readNewPassword(file: string | null): Promise<string> {
  const password = file === null ? await readPassword() : readPasswordFile(file);
  if (password.length >= MIN_PASSWORD_CHARACTERS) return password;
  throw new Failure(message("cli/short-password", { characters: MIN_PASSWORD_CHARACTERS }));
}

async function readPassword(): Promise<string> {
  if (!process.stdin.isTTY) return firstLine(await readAll(process.stdin));
  const first = await askHidden("New password: ");
  if (first !== (await askHidden("The same again: "))) throw new Failure(message("cli/two-passwords"));
  return first;
}

function readPasswordFile(path: string): string {
  checkReadable(path);
  return firstLine(readFileSync(path, "utf8"));
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? "";
}

/** Asks on standard error. Rejects where the person interrupts it or ends the input. */
function askHidden(question: string): Promise<string> {
  const output = new Writable({ write: (_chunk, _encoding, written) => written() });
  return new Promise((resolve, reject) => {
    // It turns the terminal's echo off: the question comes after that.
    const line = createInterface({ input: process.stdin, output, terminal: true });
    process.stderr.write(question);
    line.once("line", (answer) => {
      line.off("close", interrupted);
      line.close();
      process.stderr.write("\n");
      resolve(answer);
    });
    const interrupted = () => {
      process.stderr.write("\n");
      reject(new Failure(message("cli/interrupted")));
    };
    line.once("close", interrupted);
    line.once("SIGINT", () => line.close());
  });
}
