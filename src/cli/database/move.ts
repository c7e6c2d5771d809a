// `bramble move`: a running hub's data into a database server, or back, while devices go on sending. Without an argument it prints
// the status.
import { setTimeout as sleep } from "node:timers/promises";
import { Misuse, parseArguments } from "../../hub/arguments.ts";
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import { MovePlan, type MoveProgress, MoveStatus } from "../../shared/settings/move.ts";
import { type ApiRequest, askJson, findHub, hubOptionLines, hubOptions } from "../hub-client.ts";
import { endOfProgram, runCommand } from "../run-command.ts";
import { optionLines } from "../table.ts";
import { count } from "./database-command.ts";

const PATH = "/api/v1/move";
const VARIABLE = "BRAMBLE_MOVE_TO";
const POLL_MS = 1_000;
/** A hub that starts again does not answer for a moment. */
const MAX_SILENT_POLLS = 60;

const help = `bramble move: moves the data of a running hub from its file into a database server, or back. Devices go on sending
meanwhile, and everything that comes is written to both. Without an option it says how the move goes.

${optionLines([
  [
    "--to URL",
    `begins: postgres://… or mariadb://…; - takes it from ${VARIABLE}, which other users of this computer cannot see`,
  ],
  [
    "--dry-run",
    "with --to: says how much there is to copy, how long it takes and whether there is room; changes nothing",
  ],
  ["--switch", "reads from the server once it has everything; with --to, as soon as it has"],
  ["--back", "reads from the file again once it has everything"],
  ["--end", "ends writing to both: the database that is not read is left as it is"],
  ["--wait", "waits until it is ready, or switched"],
  ["--json", "prints what the hub says as JSON"],
  ...hubOptionLines,
])}

What is in the server's database stays in step until --end, or for 30 days after the switch: --back loses nothing. The hub starts
itself again when reading is switched, on the right database, whatever flags it has.
Ends with 0 when it is done or, without --wait, begun; with 1 when it is not, and with 2 when an argument is wrong.`;

const options = {
  ...hubOptions,
  to: { type: "string" },
  "dry-run": { type: "boolean" },
  switch: { type: "boolean" },
  back: { type: "boolean" },
  end: { type: "boolean" },
  wait: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** Resolves with the exit code. */
export const move = (args: readonly string[]): Promise<number> =>
  runCommand("move", async () => {
    const { values } = parseArguments({ args: [...args], options });
    if (values.help) {
      console.log(help);
      return 0;
    }
    const { "dry-run": isDryRun = false, switch: switches = false, back = false, end = false, wait = false } = values;
    if (Number(back) + Number(end) + Number(switches || isDryRun || values.to !== undefined) > 1)
      throw new Misuse(message("cli/takes", { needs: "one of --to, --switch, --back and --end" }));
    const to = values.to === undefined || values.to === "-" ? process.env[VARIABLE] : values.to;
    const begins = values.to !== undefined || isDryRun;
    if (begins && to === undefined) throw new Misuse(message("cli/takes", { needs: `--to URL, or ${VARIABLE}` }));
    const hub = findHub(values);
    const print = (answer: object, text: string) => console.log(values.json ? JSON.stringify(answer, null, 2) : text);
    if (isDryRun) {
      const plan = await askJson(hub, `${PATH}/plan`, MovePlan, { method: "POST", body: { to } });
      print(plan, planText(plan));
      return 0;
    }
    const askMove = (path: string, apiRequest: ApiRequest) => askJson(hub, path, MoveStatus, apiRequest);
    let status = await (begins
      ? askMove(PATH, { method: "POST", body: { to, switchWhenEqual: switches } })
      : switches
        ? askMove(`${PATH}/switch`, { method: "POST" })
        : back
          ? askMove(`${PATH}/back`, { method: "POST" })
          : askMove(PATH, end ? { method: "DELETE" } : {}));
    // A hub that starts itself again has another token.
    const poll = () => askJson(findHub(values), PATH, MoveStatus);
    if (wait) status = await untilSettled(poll, status, values.json === true);
    print(status, statusText(status));
    return status.move?.problem === undefined ? 0 : 1;
  });

async function untilSettled(poll: () => Promise<MoveStatus>, first: MoveStatus, isQuiet: boolean): Promise<MoveStatus> {
  const signal = endOfProgram();
  let status = first;
  let silent = 0;
  for (let last = ""; isUnderWay(status); ) {
    const text = statusText(status);
    if (text !== last && !isQuiet) console.error(text);
    last = text;
    await sleep(POLL_MS, undefined, { signal });
    try {
      status = await poll();
      silent = 0;
    } catch (error) {
      if (!(error instanceof Failure) || ++silent > MAX_SILENT_POLLS) throw error;
    }
  }
  return status;
}

function isUnderWay({ move }: MoveStatus): boolean {
  return move !== null && (move.step === "copying" || move.step === "comparing" || move.switchesWhenEqual);
}

function planText(plan: MovePlan): string {
  const { server, product, readings, storedBytes, estimatedBytes, estimatedHours, freeBytes, isContinued } = plan;
  const room = freeBytes === null ? "the server does not say how much is free" : `${bytes(freeBytes)} are free there`;
  return [
    `To ${server} (${product}): ${count(readings)} readings, which take ${bytes(storedBytes)} here.`,
    `There they will take about ${bytes(estimatedBytes)}; ${room}. Copying takes about ${duration(estimatedHours * 3_600)}.`,
    ...(isContinued
      ? ["The database has data of this hub from an earlier move: it is compared, reading by reading."]
      : []),
    ...plan.warnings,
    "Nothing was changed.",
  ].join("\n");
}

function statusText({ reads, move }: MoveStatus): string {
  if (move === null) return `The hub reads its data from the ${reads}. Nothing is being moved.`;
  const { server, problem } = move;
  const where = `The hub reads its data from ${reads === "file" ? "the file in its data folder" : server}.`;
  return [where, stepText(reads, move), ...(problem === undefined ? [] : [problem])].join("\n");
}

function stepText(reads: MoveStatus["reads"], move: MoveProgress): string {
  const other = reads === "file" ? move.server : "the file";
  const { step, copiedReadings, totalReadings, copiedFromMs, secondsLeft, compared, switchesWhenEqual, endsMs } = move;
  switch (step) {
    case "copying": {
      const back = copiedFromMs === null || copiedReadings === 0 ? "" : `, back to ${day(copiedFromMs)}`;
      const left = secondsLeft === null ? "" : `; about ${duration(secondsLeft)} left`;
      return `Copying to ${other}: ${count(copiedReadings)} of ${count(totalReadings)} readings${back}${left}.`;
    }
    case "comparing":
      return `Comparing with ${other}.`;
    case "ready": {
      const found =
        compared === null
          ? ""
          : `: ${count(compared.readings)} readings on ${count(compared.days)} days of ${count(compared.series)} series were compared`;
      const until = endsMs === null ? "" : ` until ${day(endsMs)}`;
      const next = switchesWhenEqual
        ? "Reading is being switched."
        : reads === "file"
          ? "bramble move --switch reads from it."
          : "bramble move --back reads from it again.";
      return `Both have the same${found}. What comes goes to ${other}, too${until}. ${next}`;
    }
    case "finished":
      return "The move is over: the file in the data folder is out of date, and may be removed.";
  }
}

function bytes(number: number): string {
  const megabytes = number / 1e6;
  return megabytes >= 1_000 ? `${(megabytes / 1_000).toFixed(1)} GB` : `${megabytes.toFixed(1)} MB`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} minutes`;
  return `${(seconds / 3_600).toFixed(1)} hours`;
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
