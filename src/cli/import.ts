// `bramble import`: history from a CSV file into a running hub, a piece at a time. How the file is understood is printed first;
// where the order of day and month is no more than a guess, nothing is stored until a person has chosen it.
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { Misuse, parseArguments } from "../hub/arguments.ts";
import { errorText } from "../shared/error-text.ts";
import { Failure } from "../shared/errors.ts";
import {
  COLUMN_ROLES,
  ENCODINGS,
  IMPORT_PIECE_BYTES,
  Import,
  type ImportColumn,
  type ImportFormChanges,
  SEPARATORS,
  TIME_FORMS,
} from "../shared/history/import.ts";
import { message } from "../shared/messages/message.ts";
import { ask, askJson, findHub, type HubAddress, hubOptionLines, hubOptions } from "./hub-client.ts";
import { checkReadable, STANDARD_STREAM } from "./output-file.ts";
import { endOfProgram, runCommand } from "./run-command.ts";
import { withStandardInput } from "./standard-streams.ts";
import { optionLines } from "./table.ts";

const help = `bramble import FILE: stores the readings of a CSV file in a running hub. The same file twice changes nothing.

${optionLines([
  ["--dry-run", "store nothing, and say what would be stored"],
  ["--device ID", "of rows that name no device (the name of the file)"],
  [
    "--column COLUMN=ROLE",
    `what a column is, by its title or number: ${COLUMN_ROLES.join(", ")}; value:NAME names its metric`,
  ],
  ["--zone ZONE", "of times without an offset, as in Europe/Berlin (the zone of this computer)"],
  [`--time ${TIME_FORMS.join("|")}`, "how times are written"],
  ["--separator ,|;|tab||", "between columns"],
  ["--decimal .|,", "between a number and its fraction"],
  [`--encoding ${ENCODINGS.join("|")}`, "of the text"],
  ["--no-header", "the first row is no title"],
  ["--json", "print the result as JSON"],
  ...hubOptionLines,
])}

What is not said is guessed from the beginning of the file, and shown. - is standard input. Ends with 0 when every row is stored,
with 1 when rows were refused or the import was not done, and with 2 when an argument is wrong.`;

const options = {
  ...hubOptions,
  "dry-run": { type: "boolean" },
  device: { type: "string" },
  column: { type: "string", multiple: true },
  zone: { type: "string" },
  time: { type: "string" },
  separator: { type: "string" },
  decimal: { type: "string" },
  encoding: { type: "string" },
  "no-header": { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

const PREFIX = "/api/v1/imports";
const PROGRESS_PERIOD_MS = 200;
const MAX_SHOWN_LINES = 20;

/** Resolves with the exit code. */
export const importReadings = (args: readonly string[]): Promise<number> =>
  runCommand("import", async () => {
    const { values, positionals } = parseArguments({ args: [...args], options, allowPositionals: true });
    if (values.help === true) {
      console.log(help);
      return 0;
    }
    const [name, ...others] = positionals;
    if (name === undefined || others.length > 0) throw new Misuse(message("cli/one-file"));
    const changes = changesOf(values);
    const signal = endOfProgram();
    const run = (path: string) => {
      const file = { path, name: name === STANDARD_STREAM ? "standard-input" : basename(name) };
      const isDryRun = values["dry-run"] === true;
      return importFile(findHub(values), file, { changes, columns: values.column ?? [], isDryRun, signal });
    };
    const done = name === STANDARD_STREAM ? await withStandardInput(signal, run) : await run(name);
    console.log(values.json === true ? JSON.stringify(done, null, 2) : summaryOf(done));
    return done.pass?.counts.refused === 0 ? 0 : 1;
  });

interface Wanted {
  readonly changes: ImportFormChanges;
  /** `COLUMN=ROLE`. */
  readonly columns: readonly string[];
  readonly isDryRun: boolean;
  readonly signal: AbortSignal;
}

async function importFile(
  hub: HubAddress,
  { path, name }: { readonly path: string; readonly name: string },
  { changes, columns, isDryRun, signal }: Wanted,
): Promise<Import> {
  checkReadable(path);
  await using file = await open(path).catch((error: unknown) => {
    const reason = errorText(error);
    throw new Failure(message("cli/not-opened", { path, reason }), { cause: error });
  });
  const { size } = await file.stat();
  const pieceAt = async (offset: number): Promise<Uint8Array> => {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(IMPORT_PIECE_BYTES), position: offset });
    return buffer.subarray(0, bytesRead);
  };
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const query = new URLSearchParams({ name, zone: timeZone });
  let state = await askJson(hub, `${PREFIX}?${query}`, Import, { method: "POST", bytes: await pieceAt(0), signal });
  const at = `${PREFIX}/${state.id}`;
  try {
    const change = (body: ImportFormChanges) => askJson(hub, at, Import, { method: "PATCH", body, signal });
    if (Object.keys(changes).length > 0) state = await change(changes);
    if (columns.length > 0) state = await change({ columns: columnsOf(state, columns) });
    console.error(understandingOf(state));
    if (state.problem !== null) throw new Failure(message("cli/import-problem", { reason: state.problem }));
    if (state.isDayOrderGuessed && !isDryRun) throw new Failure(message("cli/import-day-order"));
    await ask(hub, `${at}/${isDryRun ? "check" : "store"}`, { method: "POST", body: {}, signal });
    const progress = new Progress(size);
    for (let offset = 0, isLast = false; !isLast; ) {
      const bytes = await pieceAt(offset);
      isLast = offset + bytes.length >= size || bytes.length === 0;
      state = await askJson(hub, `${at}/pieces?offset=${offset}&last=${isLast}`, Import, {
        method: "POST",
        bytes,
        signal,
      });
      offset += bytes.length;
      progress.show(offset);
    }
    progress.end();
    return state;
  } catch (error) {
    if (signal.aborted && !isDryRun) throw new Failure(message("cli/import-interrupted"), { cause: error });
    throw error;
  } finally {
    // Not by the signal: that may be why it ends.
    await ask(hub, at, { method: "DELETE" }).catch(() => undefined);
  }
}

/** One line on a terminal, written over and over; nothing elsewhere. */
class Progress {
  readonly #bytes: number;
  #shownAtMs = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  show(doneBytes: number): void {
    const nowMs = performance.now();
    if (!process.stderr.isTTY || nowMs - this.#shownAtMs < PROGRESS_PERIOD_MS) return;
    this.#shownAtMs = nowMs;
    process.stderr.write(`\r${Math.floor((100 * doneBytes) / Math.max(1, this.#bytes))} %`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write("\r      \r");
  }
}

function changesOf(values: {
  readonly device?: string;
  readonly zone?: string;
  readonly time?: string;
  readonly separator?: string;
  readonly decimal?: string;
  readonly encoding?: string;
  readonly "no-header"?: boolean;
}): ImportFormChanges {
  const { device, zone } = values;
  const time = chosen("time", values.time, TIME_FORMS);
  const separator = chosen("separator", values.separator === "tab" ? "\t" : values.separator, SEPARATORS);
  const decimal = chosen("decimal", values.decimal, [".", ","] as const);
  const encoding = chosen("encoding", values.encoding, ENCODINGS);
  return {
    ...(device !== undefined && { device }),
    ...(zone !== undefined && { zone }),
    ...(time && { time }),
    ...(separator && { separator }),
    ...(decimal && { decimal }),
    ...(encoding && { encoding }),
    ...(values["no-header"] === true && { header: false }),
  };
}

function chosen<T extends string>(flag: string, value: string | undefined, choices: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw new Misuse(message("cli/choice", { flag, choices: choices.join(" ").replace("\t", "tab"), value }));
}

/** The columns as they were guessed, but for those that a person names. */
function columnsOf({ form, titles }: Import, wanted: readonly string[]): ImportColumn[] {
  const columns = [...form.columns];
  for (const value of wanted) {
    const [, name = "", roleText = "", metric] = /^(.*)=([a-z]+)(?::(.+))?$/.exec(value) ?? [];
    const at = titles.includes(name) ? titles.indexOf(name) : Number(name) - 1;
    const role = chosen("column", roleText, COLUMN_ROLES);
    if (role === undefined || columns[at] === undefined)
      throw new Misuse(message("cli/choice", { flag: "column", choices: "COLUMN=ROLE", value }));
    columns[at] = { role, ...(metric === undefined ? {} : { metric }) };
  }
  return columns;
}

function understandingOf({ form, titles, preview, isZoneNeeded }: Import): string {
  const separator = form.separator === "\t" ? "tab" : form.separator;
  const columns = form.columns.map(({ role, metric, unit }, at) => {
    const what =
      role === "value" && metric !== undefined ? `value ${metric}${unit === undefined ? "" : ` in ${unit}`}` : role;
    return `  ${at + 1} ${titles[at] ?? ""}: ${what}`;
  });
  const [reading] = preview.flatMap(({ readings }) => readings);
  const first =
    reading &&
    `First reading: ${reading.device} ${reading.metric} = ${reading.value} at ${new Date(reading.ts).toISOString()}`;
  const zone = isZoneNeeded ? `, times are in ${form.zone}` : "";
  return [
    `Columns are separated by ${separator}, the decimal sign is ${form.decimal}, times are ${form.time}${zone}.`,
    ...columns,
    ...(first === undefined ? [] : [first]),
  ].join("\n");
}

function summaryOf({ pass }: Import): string {
  if (pass === null) return "";
  const { counts, kind, refusedLines } = pass;
  const count = (number: number) => number.toLocaleString("en");
  const verb = kind === "check" ? "would be stored" : "stored";
  const lines = [
    `${count(counts.rows)} rows, ${count(counts.readings)} readings: ${count(counts.fresh)} new ones ${verb}, ${count(counts.changed)} changed, ${count(counts.known)} there already.`,
  ];
  if (counts.newDevices.length > 0) lines.push(`New devices: ${counts.newDevices.join(", ")}.`);
  if (counts.repeated > 0)
    lines.push(`${count(counts.repeated)} rows lie in an hour that comes twice, and follow the order of the file.`);
  if (counts.refused > 0) lines.push(`${count(counts.refused)} rows were refused:`);
  for (const { line, reason } of refusedLines.slice(0, MAX_SHOWN_LINES)) lines.push(`  line ${line}: ${reason}`);
  return lines.join("\n");
}
