// A change of the settings of access or TLS may lock out the person who makes it. On trial it is undone after a while, unless
// somebody who still has access confirms it. The settings from before are on disk until then, so that the trial continues after a
// restart.
import { type Static, Type } from "typebox";
import type { Problem } from "../../shared/errors.ts";
import { AccessChanges } from "../../shared/security/access.ts";
import { TlsSettings } from "../../shared/security/tls.ts";
import type { TrialStatus, TrialSubject } from "../../shared/settings/hub-settings.ts";
import type { Clock } from "../clock.ts";
import { Mutex } from "../mutex.ts";
import type { Log } from "../observe/log/log.ts";
import type { RecordKind, RecordStore } from "../store/records.ts";

const CHECK_EVERY_MS = 1_000;
/** After a restart the person who made the change needs longer: the hub has to be found again. */
const MIN_AFTER_START_MS = 30_000;
/** After a change could not be undone, as on a full disk. */
const RETRY_MS = 30_000;

const Before = Type.Object({ access: Type.Optional(AccessChanges), tls: Type.Optional(TlsSettings) });
type Before = Required<Static<typeof Before>>;

const TrialRecord = Type.Object({ untilMs: Type.Integer(), before: Before });
type TrialRecord = Static<typeof TrialRecord>;

const trialRecords: RecordKind<typeof TrialRecord> = {
  name: "network-trial",
  schema: TrialRecord,
  idOf: () => "trial",
};

/** Restores the settings from before; resolves with a problem, if any. */
type Undo<Subject extends TrialSubject> = (before: Before[Subject]) => Promise<unknown>;

export interface NetworkTrialOptions {
  readonly records: Pick<RecordStore, "collection">;
  readonly clock: Clock;
  readonly log: Log;
}

export class NetworkTrial {
  readonly #options: NetworkTrialOptions;
  readonly #undo: { [Subject in TrialSubject]?: Undo<Subject> } = {};
  #record: TrialRecord | null = null;
  #endTimer: (() => void) | null = null;
  readonly #steps = new Mutex();

  constructor(options: NetworkTrialOptions) {
    this.#options = options;
  }

  /** Registers how the settings of a subject are restored; while the hub is composed. */
  undoes<Subject extends TrialSubject>(subject: Subject, undo: Undo<Subject>): void {
    Object.assign(this.#undo, { [subject]: undo });
  }

  /** Once the ports are open. */
  async start(): Promise<void> {
    const { records, clock, log } = this.#options;
    const [record] = await records.collection(trialRecords).list();
    if (record !== undefined)
      this.#record = { ...record, untilMs: Math.max(record.untilMs, clock.now() + MIN_AFTER_START_MS) };
    this.#endTimer = clock.every(CHECK_EVERY_MS, () => {
      if (this.#record === null || clock.now() < this.#record.untilMs) return;
      this.#record = { ...this.#record, untilMs: clock.now() + RETRY_MS };
      this.undo().catch((error: unknown) => log.error({ err: error }, "the end of a trial could not be written down"));
    });
  }

  async stop(): Promise<void> {
    this.#endTimer?.();
    await this.#steps.idle();
  }

  get status(): TrialStatus {
    if (this.#record === null) return { trial: null };
    const { before, untilMs } = this.#record;
    const subjects = (["access", "tls"] as const).filter((subject) => before[subject] !== undefined);
    return { trial: { subjects, untilMs } };
  }

  /**
   * Makes a change, on trial where it is to be undone after some seconds: then `before` is restored. After several changes of one
   * setting the value before the first is restored. Resolves with the problem of the change, or null once it is in force and on
   * disk.
   */
  async attempt<Subject extends TrialSubject>(
    subject: Subject,
    before: Before[Subject],
    undoAfter: string | undefined,
    change: () => Promise<Problem | null>,
  ): Promise<Problem | null> {
    if (undoAfter === undefined) return change();
    const earlier = this.#record;
    // The settings to restore are saved first: the hub may end in between.
    await this.#steps.runExclusive(() => this.#begin(subject, before, Number(undoAfter)));
    const problem = await change();
    if (problem !== null) await this.#steps.runExclusive(() => (earlier === null ? this.#end() : this.#save(earlier)));
    return problem;
  }

  /** The change stays. */
  keep(): Promise<void> {
    return this.#steps.runExclusive(() => this.#end());
  }

  /** Restores the settings from before now. */
  undo(): Promise<void> {
    return this.#steps.runExclusive(async () => {
      const before = this.#record?.before ?? {};
      await this.#putBack("tls", before.tls);
      await this.#putBack("access", before.access);
      await this.#end();
    });
  }

  async #begin(subject: TrialSubject, before: Before[TrialSubject], seconds: number): Promise<void> {
    const untilMs = this.#options.clock.now() + seconds * 1_000;
    const earlier = this.#record?.before;
    await this.#save({ untilMs, before: { ...earlier, [subject]: { ...before, ...earlier?.[subject] } } });
  }

  async #putBack<Subject extends TrialSubject>(subject: Subject, before: Before[Subject] | undefined): Promise<void> {
    const undo: Undo<Subject> | undefined = this.#undo[subject];
    if (before === undefined || undefined === undo) return;
    const { log } = this.#options;
    try {
      const problem = await undo(before);
      if (problem === null) log.warn({ subject }, "nobody kept a change of the network: it is undone");
      else log.error({ subject, problem }, "a change of the network could not be undone");
    } catch (error) {
      log.error({ err: error, subject }, "a change of the network could not be undone");
    }
  }

  async #save(record: TrialRecord): Promise<void> {
    await this.#options.records.collection(trialRecords).save([record]);
    this.#record = record;
  }

  async #end(): Promise<void> {
    await this.#options.records.collection(trialRecords).save([], ["trial"]);
    // Not before: a trial that is still on disk is undone at the next start, with all that was changed since.
    this.#record = null;
  }
}
