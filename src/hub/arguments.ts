// Parses the arguments of a command line by Node's parser, with messages of our own for what is wrong.
import { type ParseArgsConfig, parseArgs } from "node:util";
import { closest } from "../shared/closest.ts";
import { errorText } from "../shared/error-text.ts";
import { Failure } from "../shared/errors.ts";
import { type Message, message } from "../shared/messages/message.ts";

/** A command was used wrongly; the program ends with 2. */
export class Misuse extends Failure {}

const MAX_MISTAKES = 2;

/** As `parseArgs` of node:util, strictly. Throws `Misuse` with a message. */
export function parseArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const names = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    throw new Misuse(whyNotRead(errorText(error), names), { cause: error });
  }
}

/** The first sentence of Node's message; the others are advice that fits few commands. */
function whyNotRead(text: string, names: readonly string[]): Message<"cli/arguments"> {
  const reason = `${text.split(/\.\s|\n/)[0]?.replace(/\.$/, "") ?? text}.`;
  const [, unknown] = /^Unknown option '([^']*)'/.exec(text) ?? [];
  const meant = unknown === undefined ? null : closest(unknown, names, MAX_MISTAKES);
  return message("cli/arguments", { reason, meant: meant ?? "" });
}
