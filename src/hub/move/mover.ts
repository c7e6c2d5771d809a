// Moves the hub's data from the file into a database server, or back, while devices continue to send. It begins and ends moves, and
// runs the steps of the active one (`ActiveMove`); the store itself writes to both sides meanwhile.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Problem, reasonOf } from "../../shared/errors.ts";
import type { Language } from "../../shared/messages/language.ts";
import { type AnyMessage, message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";
import type { MovePlan, MoveStatus } from "../../shared/settings/move.ts";
import type { Clock } from "../clock.ts";
import { Mutex } from "../mutex.ts";
import type { Log } from "../observe/log/log.ts";
import { reasonAlone } from "../store/reason-alone.ts";
import type { Store } from "../store/store.ts";
import { StoreAddress } from "../store/store-address.ts";
import { ActiveMove } from "./active-move.ts";
import { hubIdOf } from "./copying/copy-metadata.ts";
import { Pacing } from "./copying/pacing.ts";
import { TargetAway } from "./copying/transfer.ts";
import { DualWrite } from "./dual-write.ts";
import { DurableFile } from "./durable-file.ts";
import { Mirror } from "./mirror.ts";
import { MoveProblem, problemOf } from "./move-problem.ts";
import { type MoveState, moveStateFile, type Side } from "./move-state.ts";
import type { MovingStore } from "./moving-store.ts";
import { OtherStore } from "./other-store.ts";
import { type InspectServer, planMove } from "./plan.ts";
import { WriteIntents, WriteIntentsFile } from "./write-intents.ts";

export interface MoverOptions {
  readonly folder: string;
  readonly store: MovingStore;
  readonly source: Store;
  readonly reads: Side;
  /** The server that the hub reads; null where that is the file. */
  readonly server: StoreAddress | null;
  readonly state: MoveState | null;
  /** Whether `--store` names a server that is not read. */
  readonly isPassedOver: boolean;
  /** How often spooling for the server that is read has begun. */
  readonly spoolings: () => number;
  readonly makeServer: (address: StoreAddress, onDeath: (error: Error) => void) => Store;
  readonly makeFile: (onDeath: (error: Error) => void) => Store;
  readonly inspect: InspectServer;
  /** Sets whether workers may write to a server; answers how many do. */
  readonly letWorkers: (address: StoreAddress, areAllowed: boolean) => Promise<number>;
  /** Free bytes on the disk of a folder of this computer; null where it does not report them. */
  readonly freeBytes: (folder: string) => Promise<number | null>;
  /** Stops the hub and starts it again; null where that is not possible from within. */
  readonly restart: (() => void) | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long after the switch the file still gets new data. */
const MIRRORED_AFTER_SWITCH_DAYS = 30;
const MIRRORED_AFTER_SWITCH_MS = MIRRORED_AFTER_SWITCH_DAYS * 86_400_000;
const IDLE_PERIOD_MS = 1_000;
const RETRY_MS = 1_000;
const DRAIN_WITHIN_MS = 3_000;

interface Running {
  readonly move: ActiveMove;
  readonly dual: DualWrite;
  readonly other: OtherStore;
  readonly ending: AbortController;
  loop: Promise<void>;
}

export class Mover {
  readonly #options: MoverOptions;
  readonly #file: ReturnType<typeof moveStateFile>;
  /** The state of a move that has ended, or is starting. */
  #state: MoveState | null;
  #running: Running | null = null;
  /** Serialises requests: of two at once, the second finds the move of the first. */
  readonly #requests = new Mutex();
  #problem: AnyMessage | null = null;
  #totalReadings = 0;
  /** Since the loop began, or reading was switched: for the speed. */
  #begun = { atMs: 0, readings: 0 };
  #wake: (() => void) | null = null;

  constructor(options: MoverOptions) {
    this.#options = options;
    this.#file = moveStateFile(options.folder);
    this.#state = options.state;
    options.store.beforeStart = async () => {
      await this.#admitWorkers();
      await this.#attach();
    };
    options.store.beforeStop = () => this.#detach();
  }

  /** Once the other parts of the hub run. */
  start(): void {
    if (this.#running !== null) this.#begin(this.#running);
  }

  async stop(): Promise<void> {
    this.#running?.ending.abort();
    this.#wake?.();
    await this.#running?.loop;
  }

  async status(language: Language): Promise<MoveStatus> {
    const { reads, restart, clock } = this.#options;
    const state = this.#running?.move.state ?? this.#state;
    const common = { reads, canSwitch: restart !== null };
    if (state === null) return { ...common, move: null };
    const dual = this.#running?.dual;
    this.#totalReadings =
      (await this.#options.source.status().catch(() => null))?.storedReadings ?? this.#totalReadings;
    const { step, startedMs, switchedMs, copiedReadings, copiedFromMs, compared, switchWhenEqual } = state;
    const perMs = (copiedReadings - this.#begun.readings) / Math.max(1, clock.now() - this.#begun.atMs);
    const left = Math.max(0, this.#totalReadings - copiedReadings);
    return {
      ...common,
      move: {
        server: new StoreAddress(state.address).toString(),
        step,
        startedMs,
        switchedMs,
        endsMs:
          reads === "server" && switchedMs !== null && step === "ready" ? switchedMs + MIRRORED_AFTER_SWITCH_MS : null,
        copiedReadings,
        totalReadings: this.#totalReadings,
        copiedFromMs,
        secondsLeft: step === "copying" && perMs > 0 ? Math.round(left / perMs / 1_000) : null,
        waitingReadings: dual?.mirror.waitingReadings ?? 0,
        missedDays: dual?.writeIntents.missedDays.size ?? 0,
        compared,
        // Until the hub has started again, it is not done.
        switchesWhenEqual: switchWhenEqual || state.reads !== reads,
        ...(this.#problem !== null && { problem: render(this.#problem, language) }),
      },
    };
  }

  /** The plan of a move to this server. Changes nothing. */
  async plan(to: string, language: Language): Promise<MovePlan | Problem> {
    try {
      return await planMove(new StoreAddress(to), this.#options, language);
    } catch (error) {
      return refused(reasonAlone(reasonOf(error)));
    }
  }

  /** Begins to write to the server, too, and to copy. Null where it has begun. */
  begin(to: string, switchWhenEqual: boolean): Promise<Problem | null> {
    return this.#requests.runExclusive(() => this.#beginMove(to, switchWhenEqual));
  }

  async #beginMove(to: string, switchWhenEqual: boolean): Promise<Problem | null> {
    const { reads, restart } = this.#options;
    if (this.#running !== null) return refused(message("move/running"));
    if (switchWhenEqual && restart === null) return refused(message("move/no-restart"));
    if (reads === "server") return refused(message("move/on-server"));
    const plan = await this.plan(to, "en");
    if ("code" in plan) return plan;
    await this.#create(to, { isFresh: !plan.isContinued, switchWhenEqual });
    return null;
  }

  /** Switches reading to the server, at once or as soon as both have the same. */
  async switchToServer(): Promise<Problem | null> {
    if (this.#options.reads === "server") return refused(message("move/on-server"));
    if (this.#running === null) return refused(message("move/none"));
    return this.#switch(this.#running);
  }

  /** Switches reading back to the file; where it has not been written to for a while, it is brought up to date first. */
  back(): Promise<Problem | null> {
    return this.#requests.runExclusive(() => this.#goBack());
  }

  async #goBack(): Promise<Problem | null> {
    const { reads, server } = this.#options;
    if (reads === "file" || server === null) return refused(message("move/on-file"));
    if (this.#running?.move.state.switchWhenEqual !== true) {
      const problem = await this.#refuseWorkers(server);
      if (problem !== null) return problem;
    }
    if (this.#running !== null) return this.#switch(this.#running);
    await this.#create(server.reveal(), { isFresh: false, switchWhenEqual: true });
    return null;
  }

  /** Ends the move: new data goes only to the store that is read. The other one is left as it is. */
  end(): Promise<Problem | null> {
    return this.#requests.runExclusive(() => this.#endMove());
  }

  async #endMove(): Promise<Problem | null> {
    const { reads, store, isPassedOver } = this.#options;
    const running = this.#running;
    if (running === null) return refused(message("move/none"));
    running.ending.abort();
    this.#wake?.();
    await running.loop;
    const { state } = running.move;
    // Without it, the hub would open the store of --store, or the file, and not the one that was read last.
    const isRemembered = reads === "server" || isPassedOver;
    const ended: MoveState | null = isRemembered ? { ...state, step: "finished", switchWhenEqual: false } : null;
    await this.#file.write(ended);
    this.#state = ended;
    store.dual = null;
    this.#running = null;
    this.#problem = null;
    await running.dual.mirror.turn(async () => undefined);
    await running.other.stop();
    await running.dual.writeIntents.forget();
    await this.#admitWorkers();
    return null;
  }

  /** Where the hub reads the server, and continues to. */
  async #admitWorkers(): Promise<void> {
    const { server, letWorkers, log } = this.#options;
    if (server === null || this.#state?.switchWhenEqual === true) return;
    await letWorkers(server, true).catch((error: unknown) => log.warn({ err: error }, "workers may be kept away"));
  }

  async #refuseWorkers(server: StoreAddress): Promise<Problem | null> {
    try {
      const { workers } = await this.#options.inspect(server);
      return workers === 0 ? null : refused(message("move/workers"));
    } catch (error) {
      return refused(reasonAlone(reasonOf(error)));
    }
  }

  async #switch({ move }: Running): Promise<Problem | null> {
    if (this.#options.restart === null) return refused(message("move/no-restart"));
    await move.change({ switchWhenEqual: true });
    this.#wake?.();
    return null;
  }

  async #create(address: string, how: Pick<MoveState, "isFresh" | "switchWhenEqual">): Promise<void> {
    const { reads, clock, source } = this.#options;
    const state: MoveState = {
      address,
      reads,
      step: "copying",
      startedMs: clock.now(),
      switchedMs: null,
      copiedFromMs: null,
      copyPlace: null,
      copiedReadings: 0,
      compared: null,
      ...how,
    };
    await this.#file.write(state);
    this.#state = state;
    await this.#attach();
    if (this.#running === null) return;
    // Writes that were handed to the store before are on disk when this one is, so they are copied.
    await source.metadata.replace({ kind: "collection", name: "nothing", ids: [], records: [] });
    this.#begin(this.#running);
  }

  /** Starts to write both. */
  async #attach(): Promise<void> {
    const { folder, source, store, reads, spoolings, clock, log, restart, makeFile, makeServer, letWorkers } =
      this.#options;
    const state = this.#state;
    if (state === null || state.step === "finished") return;
    const writeIntents = new WriteIntents(new DurableFile(join(folder, "move-debts.json"), WriteIntentsFile));
    await writeIntents.load();
    const onFailure = (error: unknown) => {
      if (this.#problem === null) log.warn({ err: error }, "the other store of the move does not take what comes");
      this.#problem = problemOf(error);
    };
    const mirror = new Mirror(onFailure);
    const pacing = new Pacing();
    const dual = new DualWrite({ source, mirror, writeIntents, pacing, clock, onFailure });
    const address = new StoreAddress(state.address);
    const other = new OtherStore({
      make: (onDeath) => (reads === "file" ? makeServer(address, onDeath) : makeFile(onDeath)),
      admit: (store) => refuseAnotherHubs(source, store),
      mirror,
      onFailure,
    });
    const ending = new AbortController();
    const move = new ActiveMove({
      state,
      file: this.#file,
      source,
      spoolings,
      letWorkers: (areAllowed) => letWorkers(address, areAllowed),
      dual,
      pacing,
      clock,
      restart: restart ?? (() => undefined),
      signal: ending.signal,
    });
    this.#running = { move, dual, other, ending, loop: Promise.resolve() };
    store.dual = dual;
    await other.start();
  }

  /** Waits until everything that was acknowledged is in the other store, or reported as missed. */
  async #detach(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    const { dual, other } = running;
    this.#running = null;
    this.#state = running.move.state;
    dual.refuse();
    const drained = dual.mirror.turn(() => dual.writeIntents.closeAll()).catch(() => undefined);
    await Promise.race([drained, sleep(DRAIN_WITHIN_MS, undefined, { ref: false })]);
    await other.stop();
  }

  #begin(running: Running): void {
    const { copiedReadings } = running.move.state;
    this.#begun = { atMs: this.#options.clock.now(), readings: copiedReadings };
    running.loop = this.#run(running);
  }

  async #run({ move, ending: { signal } }: Running): Promise<void> {
    const { clock, log, reads } = this.#options;
    while (!signal.aborted) {
      let pauseMs = 0;
      try {
        const { step, switchedMs, switchWhenEqual } = move.state;
        const isOver = switchedMs !== null && clock.now() - switchedMs > MIRRORED_AFTER_SWITCH_MS;
        if (reads === "server" && step === "ready" && !switchWhenEqual && isOver) {
          // It waits for this loop to end.
          this.end().catch((error: unknown) => {
            log.error({ err: error }, "the move could not be ended");
            this.#problem = problemOf(error);
          });
          return;
        }
        if (!(await move.step())) pauseMs = IDLE_PERIOD_MS;
        this.#problem = null;
      } catch (error) {
        if (signal.aborted) return;
        if (this.#problem === null) log.warn({ err: error }, "the move waits");
        // Why the other store is away is said where it is opened.
        if (this.#problem === null || !(error instanceof TargetAway)) this.#problem = problemOf(error);
        pauseMs = RETRY_MS;
      }
      await this.#pause(pauseMs);
    }
  }

  /** Yields to the event loop between two steps. */
  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Two hubs may have found the same database empty. */
async function refuseAnotherHubs(source: Store, target: Store): Promise<void> {
  const [ours, theirs] = [hubIdOf(await source.metadata.read()), hubIdOf(await target.metadata.read())];
  if (theirs !== null && theirs !== ours) throw new MoveProblem("another-hub");
}

function refused(reason: AnyMessage | string): Problem {
  return message("move-refused", { reason });
}
