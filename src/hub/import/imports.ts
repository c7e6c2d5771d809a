// The running import: one at a time in the hub, from the sample of its file over the form to the passes. A client that has
// disconnected does not block the next one for long, and a pass that was interrupted is started again: stored readings stay, and
// are counted as known then.
import { randomUUID } from "node:crypto";
import { BrambleError, type Problem } from "../../shared/errors.ts";
import type { ImportCounts, ImportForm, ImportFormChanges } from "../../shared/history/import.ts";
import { parseDeviceId } from "../../shared/ids.ts";
import { type Message, message } from "../../shared/messages/message.ts";
import type { Reading } from "../../shared/reading.ts";
import type { Clock } from "../clock.ts";
import { isTimeZone } from "../export/zoned-time.ts";
import type { ReadingStore } from "../store/readings.ts";
import { type Guess, guessForm, type Sample } from "./guess/guess-form.ts";
import { ImportPass, type ImportTarget } from "./import-pass.ts";
import { RowReader } from "./row-reader.ts";
import { TableRows } from "./table-rows.ts";

/** An import whose client has sent no request for so long is replaced by the next one. */
const IDLE_MS = 60_000;
const PREVIEW_ROWS = 20;
const MAX_CELL_CHARACTERS = 200;

export interface ImportsOptions {
  readonly readings: Pick<ReadingStore, "append" | "page">;
  readonly target: ImportTarget;
  /** True while nothing can be stored. */
  readonly isDiskFull: () => boolean;
  readonly clock: Clock;
}

interface ShownRow {
  readonly line: number;
  readonly cells: string[];
  readonly readings: readonly Reading[];
  readonly reason: Message | null;
}

/** The present state of an import; its messages are not rendered yet. */
export interface ImportState extends Guess {
  readonly id: string;
  readonly name: string;
  readonly preview: readonly ShownRow[];
  readonly problem: Problem | null;
  readonly pass:
    | (Pick<ImportPass, "kind" | "receivedBytes" | "isComplete" | "refusedLines"> & { readonly counts: ImportCounts })
    | null;
}

interface Job {
  readonly id: string;
  readonly sample: Sample;
  readonly chosen: ImportFormChanges;
  readonly understood: Pick<ImportState, keyof Guess | "preview" | "problem">;
  readonly ending: AbortController;
  pass: ImportPass | null;
  isBusy: boolean;
  lastRequestMs: number;
}

export class Imports {
  readonly #options: ImportsOptions;
  #job: Job | null = null;

  constructor(options: ImportsOptions) {
    this.#options = options;
  }

  /** Begins an import, and replaces one that does not run. */
  begin(sample: Sample): ImportState | Problem {
    const current = this.#job;
    if (current !== null && this.#isRunning(current))
      return message("import-running", { name: current.sample.fileName });
    return shown(this.#replace({ id: randomUUID(), sample, chosen: {}, ending: new AbortController() }));
  }

  get(id: string): ImportState | Problem {
    const job = this.#find(id);
    return job === null ? message("no-such-import") : shown(job);
  }

  /** Interprets the file as a person chooses; a pass that was begun is dropped. Refused while a piece is stored by the form before. */
  change(id: string, changes: ImportFormChanges): ImportState | Problem {
    const job = this.#find(id);
    if (job === null) return message("no-such-import");
    if (job.isBusy) return message("import-running/piece");
    const { columns: _other, ...kept } = job.chosen;
    const isOtherTable = ["separator", "encoding", "header"].some((name) => Object.hasOwn(changes, name));
    return shown(this.#replace({ ...job, chosen: { ...(isOtherTable ? kept : job.chosen), ...changes } }));
  }

  /** Starts a pass, which gets the next pieces. Refused while a piece is taken by the pass before. */
  start(id: string, kind: ImportPass["kind"]): ImportState | Problem {
    const job = this.#find(id);
    if (job === null) return message("no-such-import");
    if (job.isBusy) return message("import-running/piece");
    const { form, problem } = job.understood;
    if (problem !== null) return problem;
    const { readings, target, clock } = this.#options;
    job.pass = new ImportPass({ kind, form, readings, target, now: () => clock.now() });
    return shown(job);
  }

  /** Resolves once the piece is processed: its readings are on disk then. */
  async take(id: string, offset: number, piece: Uint8Array, isLast: boolean): Promise<ImportState | Problem> {
    const job = this.#find(id);
    if (job === null) return message("no-such-import");
    const { pass } = job;
    if (pass === null || pass.isComplete || job.isBusy || offset !== pass.receivedBytes)
      return message("import-offset", { expected: pass?.receivedBytes ?? 0 });
    if (pass.kind === "store" && this.#options.isDiskFull()) return message("disk-full/not-done");
    job.isBusy = true;
    try {
      await pass.take(piece, isLast, job.ending.signal);
      return shown(job);
    } catch (error) {
      if (job.pass === pass) job.pass = null;
      if (job.ending.signal.aborted) return message("no-such-import");
      throw error;
    } finally {
      job.isBusy = false;
      job.lastRequestMs = this.#options.clock.now();
    }
  }

  /** Stored readings stay. Cancelling twice is fine. */
  cancel(id: string): void {
    const job = this.#find(id);
    if (job !== null) this.#end(job);
  }

  stop(): void {
    if (this.#job !== null) this.#end(this.#job);
  }

  #end(job: Job): void {
    job.ending.abort(new BrambleError("no-such-import", "the import was cancelled"));
    this.#job = null;
  }

  #find(id: string): Job | null {
    if (this.#job?.id !== id) return null;
    this.#job.lastRequestMs = this.#options.clock.now();
    return this.#job;
  }

  #isRunning({ pass, lastRequestMs, isBusy }: Job): boolean {
    const isUnderWay = pass !== null && pass.kind === "store" && !pass.isComplete;
    return isBusy || (isUnderWay && this.#options.clock.now() - lastRequestMs < IDLE_MS);
  }

  #replace({ id, sample, chosen, ending }: Pick<Job, "id" | "sample" | "chosen" | "ending">): Job {
    const nowMs = this.#options.clock.now();
    const understood = understand(sample, chosen, nowMs);
    const job: Job = { id, sample, chosen, ending, understood, pass: null, isBusy: false, lastRequestMs: nowMs };
    this.#job = job;
    return job;
  }
}

function shown({ id, sample, understood, pass }: Job): ImportState {
  const { kind, receivedBytes, isComplete, refusedLines, counts } = pass ?? {};
  const state =
    kind === undefined || counts === undefined
      ? null
      : {
          kind,
          counts,
          receivedBytes: receivedBytes ?? 0,
          isComplete: isComplete ?? false,
          refusedLines: refusedLines ?? [],
        };
  return { id, name: sample.fileName, ...understood, pass: state };
}

function understand(sample: Sample, chosen: ImportFormChanges, nowMs: number): Job["understood"] {
  const guess = guessForm(sample, chosen);
  const problem = problemOf(guess.form);
  // The rows of the preview are shown even where the form is invalid.
  const rows = firstRows(sample, guess.form);
  if (problem !== null)
    return { ...guess, problem, preview: rows.map((row) => ({ ...row, readings: [], reason: null })) };
  const reader = new RowReader(guess.form, nowMs);
  const preview = rows.map((row) => {
    const { readings, reason } = reader.read(row);
    return { ...row, readings: [...readings], reason };
  });
  return { ...guess, preview, problem: rows.length === 0 ? message("bad-import/no-rows") : null };
}

function firstRows({ bytes, isWhole }: Sample, form: ImportForm): { line: number; cells: string[] }[] {
  const rows: { line: number; cells: string[] }[] = [];
  for (const { line, cells } of new TableRows(form).rows(bytes, isWhole)) {
    if (cells !== null) rows.push({ line, cells: cells.map((cell) => cell.slice(0, MAX_CELL_CHARACTERS)) });
    if (rows.length === PREVIEW_ROWS) break;
  }
  return rows;
}

function problemOf({ columns, zone, device }: ImportForm): Problem | null {
  const has = (role: string) => columns.some((column) => column.role === role);
  if (!isTimeZone(zone)) return message("bad-import/zone", { value: zone.slice(0, 40) });
  if (!has("device") && parseDeviceId(device) === undefined)
    return message("bad-import/device", { value: device.slice(0, 40) });
  if (!has("time") && !has("date")) return message("bad-import/no-time");
  return has("value") ? null : message("bad-import/no-value");
}
