// `bramble audit`: who did what, and what was refused, oldest first, so that the newest is above the prompt. With --follow it
// prints new entries, until it is interrupted.
import { setTimeout as pause } from "node:timers/promises";
import { Misuse, parseArguments } from "../../hub/arguments.ts";
import { message } from "../../shared/messages/message.ts";
import { type AuditEntry, AuditPage } from "../../shared/security/access.ts";
import { askJson, findHub, type HubAddress, hubOptionLines, hubOptions } from "../hub-client.ts";
import { endOfProgram, runCommand } from "../run-command.ts";
import { Columns, optionLines } from "../table.ts";

const OUTCOMES = ["done", "refused"];
const DEFAULT_LIMIT = 100;
const MAX_PAGE_ENTRIES = 1_000;
const POLL_PERIOD_MS = 1_000;
/** As many entries as are compared to find where those begin that were shown. */
const MAX_COMPARED_ENTRIES = 50;

const help = `bramble audit: who did what, and what was refused, the newest last.

${optionLines([
  ["--actor WHO", "who did it: a person, api-key:NAME, device:ID"],
  ["--action ACTION", "such as device.approve; device. is all of devices"],
  ["--subject WHAT", "what it was done to"],
  ["--outcome done|refused", "only what was done, or only what was refused"],
  ["--from TIME", "start, included: ISO 8601 or milliseconds UTC"],
  ["--to TIME", "end, excluded"],
  ["--limit N", `how many, the newest (${DEFAULT_LIMIT})`],
  ["--follow", "goes on with what comes, until it is interrupted"],
  ["--csv", "prints CSV in place of the table"],
  ["--json", "prints one JSON array; with --follow an object a line"],
  ...hubOptionLines,
])}

Ends with 0 when the hub has answered, with 1 when it cannot be asked, and with 2 when an argument is wrong.`;

const HEADING = ["WHEN", "OUTCOME", "WHO", "WHAT", "TO", "FROM", "DETAILS"] as const;

/** Resolves with the exit code. */
export const audit = (args: readonly string[]): Promise<number> =>
  runCommand("audit", async () => {
    const request = readRequest(args);
    if (request === "help") {
      console.log(help);
      return 0;
    }
    const { hub, filter, limit, follow, printer } = request;
    let entries = await newest(hub, filter, limit);
    printer.first(entries.toReversed());
    if (!follow) return 0;
    const signal = endOfProgram();
    while (!signal.aborted) {
      await pause(POLL_PERIOD_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      const { found, added } = await newer(hub, filter, entries);
      if (added.length > 0) printer.more(added.toReversed());
      entries = found;
    }
    return 0;
  });

/** The newest entries, newest first. */
async function newest(hub: HubAddress, filter: URLSearchParams, limit: number): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams(filter);
    query.set("limit", String(Math.min(limit - entries.length, MAX_PAGE_ENTRIES)));
    if (cursor !== null) query.set("cursor", cursor);
    const page: AuditPage = await askJson(hub, `/api/v1/audit?${query}`, AuditPage);
    entries.push(...page.entries);
    cursor = page.next;
  } while (cursor !== null && entries.length < limit);
  return entries;
}

/** The newest entries, and those of them that were added since `before`. The log has them as they came: times may jump. */
async function newer(hub: HubAddress, filter: URLSearchParams, before: readonly AuditEntry[]) {
  const compared = before.slice(0, MAX_COMPARED_ENTRIES).map((entry) => JSON.stringify(entry));
  for (let limit = 2 * MAX_COMPARED_ENTRIES; ; limit *= 4) {
    const found = await newest(hub, filter, limit);
    const texts = found.map((entry) => JSON.stringify(entry));
    const count = texts.findIndex((_, start) => compared.every((text, index) => texts[start + index] === text));
    if (compared.length > 0 && count >= 0) return { found, added: found.slice(0, count) };
    if (found.length < limit) return { found, added: found };
  }
}

interface Printer {
  first(entries: readonly AuditEntry[]): void;
  more(entries: readonly AuditEntry[]): void;
}

function tablePrinter(): Printer {
  const columns = new Columns(process.stdout.isTTY ? process.stdout.columns : null);
  return {
    first(entries) {
      if (entries.length === 0) console.error("There is nothing of that in the audit log.");
      else console.log(columns.lines([HEADING, ...entries.map(cellsOf)]));
    },
    more: (entries) => console.log(columns.lines(entries.map(cellsOf))),
  };
}

function csvPrinter(): Printer {
  const line = (cells: readonly string[]) => `${cells.map(csvField).join(",")}\r\n`;
  const print = (entries: readonly AuditEntry[]) => {
    const rows = entries.map(({ atMs, outcome, actor, action, subject, address, details }) =>
      line([new Date(atMs).toISOString(), outcome, actor, action, subject, address, JSON.stringify(details)]),
    );
    process.stdout.write(rows.join(""));
  };
  return {
    first(entries) {
      process.stdout.write(line(["time", "outcome", "actor", "action", "subject", "address", "details"]));
      print(entries);
    },
    more: print,
  };
}

/** A spreadsheet runs a field that begins like a formula; an apostrophe in front makes it text. */
function csvField(text: string): string {
  const field = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function jsonPrinter(follow: boolean): Printer {
  const more = (entries: readonly AuditEntry[]) => {
    for (const entry of entries) console.log(JSON.stringify(entry));
  };
  return { more, first: follow ? more : (entries) => console.log(JSON.stringify(entries, null, 2)) };
}

function cellsOf({ atMs, outcome, actor, action, subject, address, details }: AuditEntry): string[] {
  const facts = Object.entries(details).map(([name, value]) => `${name}=${asText(value)}`);
  // ISO 8601 in local time, which Sweden writes.
  return [new Date(atMs).toLocaleString("sv"), outcome, actor, action, subject, address, facts.join(" ")];
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

interface Request {
  readonly hub: HubAddress;
  readonly filter: URLSearchParams;
  readonly limit: number;
  readonly follow: boolean;
  readonly printer: Printer;
}

function readRequest(args: readonly string[]): Request | "help" {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const filters = { actor: text, action: text, subject: text, outcome: text, from: text, to: text } as const;
  const options = { ...filters, ...hubOptions, limit: text, follow: flag, csv: flag, json: flag, help: flag } as const;
  const { values } = parseArguments({ args: [...args], options });
  if (values.help) return "help";
  if (values.outcome !== undefined && !OUTCOMES.includes(values.outcome))
    throw new Misuse(message("cli/choice", { flag: "outcome", choices: OUTCOMES.join(" or "), value: values.outcome }));
  if (values.csv && values.json) throw new Misuse(message("cli/one-form"));
  const { limit: limitText = String(DEFAULT_LIMIT), follow = false } = values;
  const limit = Number(limitText);
  if (!/^\d+$/.test(limitText) || limit < 1)
    throw new Misuse(message("cli/choice", { flag: "limit", choices: "a whole number from 1 on", value: limitText }));
  const filter = new URLSearchParams();
  for (const name of ["actor", "action", "subject", "outcome", "from", "to"] as const) {
    const value = values[name];
    if (value !== undefined) filter.set(name, value);
  }
  const printer = values.csv ? csvPrinter() : values.json ? jsonPrinter(follow) : tablePrinter();
  return { hub: findHub(values), filter, limit, follow, printer };
}
