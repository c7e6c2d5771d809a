// The common input and output of the commands in this folder.
import { Misuse } from "../../hub/arguments.ts";
import { message } from "../../shared/messages/message.ts";
import type { Role } from "../../shared/security/access.ts";
import { ROLES } from "../../shared/security/roles.ts";

/** Prints that something is done: for people, or as JSON. */
export function done(json: boolean, what: object, text: string): void {
  console.log(json ? JSON.stringify(what, null, 2) : text);
}

/** Throws `Misuse` where the text is no role. */
export function roleOf(text: string | undefined): Role {
  const role = ROLES.find((one) => one === text);
  if (role !== undefined) return role;
  const choices = ROLES.join(", ");
  throw new Misuse(
    text === undefined ? message("cli/no-role", { choices }) : message("cli/unknown-role", { value: text, choices }),
  );
}
