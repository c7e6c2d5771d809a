// `bramble config export [FILE]` and `bramble config apply FILE`: the set-up of a hub without its history, as a file that people
// read, compare and keep under version control.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { text as readAll } from "node:stream/consumers";
import { Value } from "typebox/value";
import { Misuse, parseArguments } from "../../hub/arguments.ts";
import { errorText } from "../../shared/error-text.ts";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import { type SetUpChange, SetUpFile, SetUpOutcome } from "../../shared/settings/set-up.ts";
import { askJson, findHub, type HubAddress, hubOptionLines, hubOptions } from "../hub-client.ts";
import { checkReadable, finishFile, outputFile, STANDARD_STREAM, writeFailure } from "../output-file.ts";
import { runCommand } from "../run-command.ts";
import { optionLines } from "../table.ts";

const help = `bramble config: the set-up of a hub without its history, as a file of JSON: devices' names, rooms, units and order of
metrics, views, retention, networks, when backups are made. Never a secret.

  bramble config export [FILE]   writes it into FILE, or prints it
  bramble config apply FILE      sets the hub up like that, and says what it changes; what FILE leaves out stays as it is

FILE - is standard output or input. What stands there of a device that has not come yet is kept until it joins.

${optionLines([
  ["--dry-run", "apply: says what would be changed, and changes nothing"],
  ["--force", "export: replace FILE where it is there already"],
  ["--json", "apply: prints JSON"],
  ...hubOptionLines,
])}

Ends with 0 when it is done, with 1 when the hub says no or cannot be asked, and with 2 when an argument is wrong.`;

const PATH = "/api/v1/set-up";
const OPTIONS = {
  ...hubOptions,
  "dry-run": { type: "boolean" },
  force: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** Resolves with the exit code. */
export const config = (args: readonly string[]): Promise<number> =>
  runCommand("config", async () => {
    const { values, positionals } = parseArguments({ args: [...args], options: OPTIONS, allowPositionals: true });
    if (values.help) {
      console.log(help);
      return 0;
    }
    const [action, file, ...rest] = positionals;
    if (action === undefined) throw new Misuse(message("cli/first-word", { choices: "export, apply" }));
    if (rest.length > 0) throw new Misuse(message("cli/one-file"));
    if (action === "export") await exportTo(findHub(values), file ?? STANDARD_STREAM, values.force === true);
    else if (action !== "apply")
      throw new Misuse(message("cli/none-of", { value: action, choices: "export, apply", meant: "" }));
    else if (file === undefined) throw new Misuse(message("cli/name-set-up"));
    else {
      const outcome = await apply(findHub(values), await readSetUp(file), values["dry-run"] === true);
      console.log(values.json ? JSON.stringify(outcome, null, 2) : asText(outcome));
    }
    return 0;
  });

async function exportTo(hub: HubAddress, name: string, force: boolean): Promise<void> {
  const text = `${JSON.stringify(await askJson(hub, PATH, SetUpFile), null, 2)}\n`;
  if (name === STANDARD_STREAM) {
    process.stdout.write(text);
    return;
  }
  const file = outputFile(name, force);
  try {
    writeFileSync(file.part, text, { flag: "wx", flush: true });
    finishFile(file);
  } catch (error) {
    rmSync(file.part, { force: true });
    throw writeFailure(error, file.path);
  }
  console.log(`${file.path} is written.`);
}

async function readSetUp(name: string): Promise<SetUpFile> {
  if (name !== STANDARD_STREAM) checkReadable(name);
  const text = name === STANDARD_STREAM ? await readAll(process.stdin) : readFileSync(name, "utf8");
  const parsed = parseJson(text, name);
  if (Value.Check(SetUpFile, parsed)) return parsed;
  const [fault] = Value.Errors(SetUpFile, parsed);
  const reason = `${fault?.instancePath.slice(1).replaceAll("/", ".") ?? ""} ${fault?.message ?? ""}`.trim();
  throw new Failure(message("cli/no-set-up", { name, reason }));
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = errorText(cause);
    throw new Failure(message("cli/no-set-up", { name, reason }), { cause });
  }
}

function apply(hub: HubAddress, file: SetUpFile, isDryRun: boolean): Promise<SetUpOutcome> {
  return askJson(hub, isDryRun ? `${PATH}?dryRun=true` : PATH, SetUpOutcome, { method: "PUT", body: file });
}

function asText({ applied, changes, awaited }: SetUpOutcome): string {
  const lines = changes.map(changeLine);
  const count = changes.length === 1 ? "1 value" : `${changes.length} values`;
  if (changes.length === 0) lines.push("Nothing differs: the hub is set up like that already.");
  else lines.push(applied ? `${count} changed.` : `${count} would change. Nothing was changed.`);
  if (awaited.length > 0) lines.push(`Not here yet, and set up once they join: ${awaited.join(", ")}.`);
  return lines.join("\n");
}

function changeLine({ path, before, after }: SetUpChange): string {
  const shown = (value: unknown) => (value === null ? "nothing" : JSON.stringify(value));
  return `${path}: ${shown(before)} → ${shown(after)}`;
}
