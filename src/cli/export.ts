// `bramble export`: readings of a running hub, as it streams them. The options are the export route's parameters: what is
// added to its schema is an option here at once.
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { Misuse, parseArguments } from "../hub/arguments.ts";
import { ExportQuery } from "../shared/api.ts";
import { Failure } from "../shared/errors.ts";
import { message } from "../shared/messages/message.ts";
import { ask, findHub, type HubAddress, hubOptionLines, hubOptions } from "./hub-client.ts";
import { finishFile, type OutputFile, outputFile, STANDARD_STREAM, writeFailure } from "./output-file.ts";
import { endOfProgram, runCommand } from "./run-command.ts";
import { bodyOf, OutputClosed, writeOut } from "./standard-streams.ts";
import { optionLines } from "./table.ts";

/** Each is a route of its own. */
const FORMATS = ["csv", "ndjson", "json"] as const;

/** What the help calls a parameter's value, where it has no choices. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  device: "ID",
  metric: "NAME",
  from: "TIME",
  to: "TIME",
  tz: "ZONE",
};

const parameters = Object.entries(ExportQuery.properties).map(([name, schema]) => ({
  name,
  ...described(name, schema),
}));

const help = `bramble export [FILE]: writes readings of a running hub, oldest first, to FILE or to standard output.

${optionLines([
  ...parameters.map(({ name, value, text }) => [`--${name} ${value}`, text] as const),
  [`--format ${FORMATS.join("|")}`, "csv, without it"],
  ["--force", "replace FILE where it is there already"],
  ["--json", "say as JSON what was written to FILE"],
  ...hubOptionLines,
])}

A device or a metric may be named several times. A time is ISO 8601 or milliseconds UTC. FILE gets its name once it is
complete; - is standard output. Ends with 0 when everything is written, with 1 when it is not, and with 2 when an argument
is wrong.`;

/** Resolves with the exit code. */
export const exportReadings = (args: readonly string[]): Promise<number> =>
  runCommand("export", async () => {
    const request = readRequest(args);
    if (request === "help") {
      console.log(help);
      return 0;
    }
    const { name, force, json, hub, path } = request;
    const signal = endOfProgram();
    if (name === STANDARD_STREAM) {
      const response = await ask(hub, path, { signal });
      return writeOut(interruptible(response, signal)).then(
        () => 0,
        (error: unknown) => {
          // It had enough: `bramble export | head`.
          if (error instanceof OutputClosed) return 1;
          throw error;
        },
      );
    }
    const file = outputFile(name, force);
    const bytes = await writePart(file, await ask(hub, path, { signal }), signal);
    finishFile(file);
    console.log(
      json
        ? JSON.stringify({ file: file.path, bytes })
        : `${file.path} is written: ${bytes.toLocaleString("en")} bytes.`,
    );
    return 0;
  });

/** Writes the answer beside the file; leaves nothing there where it rejects. Resolves with its length. */
async function writePart({ path, part }: OutputFile, response: Response, signal: AbortSignal): Promise<number> {
  const target = createWriteStream(part, { flags: "wx", flush: true });
  try {
    await pipeline(interruptible(response, signal), target);
    return target.bytesWritten;
  } catch (error) {
    await rm(part, { force: true });
    throw writeFailure(error, path);
  }
}

/** The body of an answer; rejects with a message where it does not come to its end. */
async function* interruptible(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* bodyOf(response);
  } catch (cause) {
    signal.throwIfAborted();
    throw new Failure(message("cli/export-broken-off"), { cause });
  }
}

interface Request {
  readonly name: string;
  readonly force: boolean;
  readonly json: boolean;
  readonly hub: HubAddress;
  /** With its query. */
  readonly path: string;
}

const options: Readonly<Record<string, { readonly type: "string" | "boolean"; readonly multiple?: boolean }>> = {
  ...Object.fromEntries(parameters.map(({ name, multiple }) => [name, { type: "string", multiple } as const])),
  ...hubOptions,
  format: { type: "string" },
  force: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean" },
};

function readRequest(args: readonly string[]): Request | "help" {
  const { values, positionals } = parseArguments({ args: [...args], options, allowPositionals: true });
  if (values["help"] === true) return "help";
  if (positionals.length > 1) throw new Misuse(message("cli/one-file"));
  const texts = (name: string): string[] => [values[name] ?? []].flat().map(String);
  const [wanted = "csv"] = texts("format");
  const format = FORMATS.find((one) => one === wanted);
  if (format === undefined)
    throw new Misuse(message("cli/choice", { flag: "format", choices: FORMATS.join(", "), value: wanted }));
  const [name = STANDARD_STREAM] = positionals;
  const json = values["json"] === true;
  if (json && name === STANDARD_STREAM) throw new Misuse(message("cli/json-needs-file"));
  for (const { name, choices } of parameters) {
    const wrong = texts(name).find((value) => choices.length > 0 && !choices.includes(value));
    if (wrong !== undefined)
      throw new Misuse(message("cli/choice", { flag: name, choices: choices.join(" or "), value: wrong }));
  }
  const query = new URLSearchParams(parameters.flatMap(({ name }) => texts(name).map((value) => [name, value])));
  const hub = findHub(
    Object.fromEntries(Object.keys(hubOptions).flatMap((name) => texts(name).map((text) => [name, text]))),
  );
  return { name, force: values["force"] === true, json, hub, path: `/api/v1/export.${format}?${query}` };
}

interface Described {
  readonly value: string;
  readonly text: string;
  readonly multiple: boolean;
  /** The allowed values; empty where any is allowed. */
  readonly choices: readonly string[];
}

/** How the help shows a parameter, by its JSON schema: its choices, whether there may be several, its description. */
function described(name: string, schema: object): Described {
  const { description = "", anyOf = [], default: byDefault }: Shape = schema;
  const choices = anyOf.flatMap((one) => one.const ?? []);
  const multiple = anyOf.some(({ type }) => type === "array");
  const value = choices.length > 0 ? choices.join("|") : (PLACEHOLDERS[name] ?? "VALUE");
  return { value, multiple, choices, text: byDefault === undefined ? description : `${description} (${byDefault})` };
}

interface Shape {
  readonly description?: string;
  readonly default?: string;
  readonly anyOf?: readonly { readonly const?: string; readonly type?: string }[];
}
