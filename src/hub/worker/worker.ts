// A worker: receives its share of the readings from an outside broker and stores them in a database server, in addition to the hub.
// It is stateless: any number can run, and any can end at any moment.
// Order: the store first, then the hub's decisions about devices, then a place; once the hub shares the readings, the session at
// the broker. At the end the session is ended before the place is released, so that the broker sends nothing to a session without a
// worker.
import { randomUUID } from "node:crypto";
import { type AnyMessage, message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";
import { Budget } from "../access/limits/budget.ts";
import type { BrokerAddress } from "../broker/broker-address.ts";
import { BrokerConnection, type BrokerFilter } from "../broker/external/broker-connection.ts";
import { Intake } from "../broker/external/intake.ts";
import { OrphanedSessions } from "../broker/external/orphaned-sessions.ts";
import type { BrokerHandlers } from "../broker/mqtt-broker.ts";
import type { Clock } from "../clock.ts";
import type { DirectoryLimits } from "../devices/directory.ts";
import { HubEvents } from "../events.ts";
import { Ingest } from "../ingest/accept.ts";
import { Refusals, type RefusalsOptions } from "../ingest/refusals.ts";
import type { Log } from "../observe/log/log.ts";
import { LogThrottle } from "../observe/log/log-throttle.ts";
import { MessageTap } from "../observe/message-tap.ts";
import { Metrics } from "../observe/metrics.ts";
import { Inbox } from "../protocols/inbox.ts";
import { deviceFilters, matchTopic } from "../protocols/protocols.ts";
import { ServerStore } from "../store/server-sql/server-store.ts";
import type { StoreAddress } from "../store/store-address.ts";
import { Follower } from "./follower.ts";
import { parseNews, refusedByWorkers } from "./news.ts";
import { NewsWriter } from "./news-writer.ts";
import { type OwnPlace, WorkerPlaces } from "./places.ts";

/** With the limits of the hub. */
export interface WorkerOptions extends DirectoryLimits {
  readonly store: StoreAddress;
  readonly broker: BrokerAddress;
  readonly memoryBytes: number;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The state of a worker; `problem` is why it stores nothing. */
export interface WorkerState {
  readonly place: number | null;
  readonly problem: AnyMessage | null;
  /** The store's problem; null while there is none. */
  readonly storeFailure: string | null;
}

const CHECK_PLACE_MS = 2_000;

/** The topics of workers: those of readings, which do not depend on a connection. */
const filters: readonly BrokerFilter[] = deviceFilters
  .filter(({ holdsReadings }) => holdsReadings)
  .map(({ filter }) => ({ filter, wantsRetained: false, sharing: "shared" }));

export class Worker {
  readonly metrics: Metrics;
  readonly budget: Budget;
  readonly store: ServerStore;
  readonly #options: WorkerOptions;
  readonly #id = randomUUID();
  readonly #news: NewsWriter;
  readonly #follower: Follower;
  readonly #ingest: Ingest;
  readonly #intake: Intake;
  readonly #onPublish: BrokerHandlers["onPublish"];
  #places: WorkerPlaces | null = null;
  #orphans: OrphanedSessions | null = null;
  #place: OwnPlace | null = null;
  /** Why it has no connection. */
  #idleBecause: "work/no-place" | "work/moved" | "work/not-shared" = "work/no-place";
  #connection: BrokerConnection | null = null;
  #checking: Promise<void> | null = null;
  #endTimer: (() => void) | null = null;
  #isStopping = false;

  constructor(options: WorkerOptions) {
    const { broker, memoryBytes, maxDevices, maxMetrics, version, clock, log } = options;
    this.#options = options;
    const events = new HubEvents();
    this.metrics = new Metrics(version, clock);
    this.budget = new Budget(memoryBytes);
    this.store = new ServerStore({
      address: options.store,
      role: "worker",
      clock,
      onDeath: (error) => log.fatal({ err: error }, "the store died"),
      onWarning: (text) => log.warn(text),
      onCommit: (seconds, messages) => this.metrics.commit(seconds, messages),
    });
    const { store } = this;
    this.#news = new NewsWriter({
      from: this.#id,
      address: broker.host,
      clock,
      notify: (text) => store.notify(text),
    });
    events.readingsStored.push((readings, tsMs) => this.#news.stored(readings, tsMs));
    this.#follower = new Follower({ store, news: this.#news, events, clock, log, maxDevices, maxMetrics });
    const floodLog = new LogThrottle(log, clock);
    this.#ingest = new Ingest({
      readings: store.readings,
      registry: this.#follower,
      refusals: new Refusals({
        records: this.#refusedRecords(),
        clock,
        events,
        onSaveFailed: (error) => log.error({ err: error }, "a refused message could not be written down"),
      }),
      // The broker authenticates its clients, and no reply comes on the topics of readings.
      commands: { replied: () => Promise.reject(new Error("replies go to the hub")) },
      access: {
        devices: { denialFor: () => null },
        lockOut: { failed: () => 0 },
        audit: { refused: () => undefined },
      },
      disk: { status: "ok" },
      metrics: this.metrics,
      clock,
      log,
      floodLog,
      events,
      tap: new MessageTap(),
    });
    const inbox = new Inbox({ ingest: this.#ingest, clock });
    this.#onPublish = ({ topic, route, ...publish }) =>
      inbox.receive({ ...publish, source: topic, transport: "mqtt" }, route.decode);
    this.#intake = new Intake({
      address: broker,
      matchTopic,
      onPublish: this.#onPublish,
      sessionOf: () => null,
      budget: this.budget,
      log,
    });
  }

  get state(): WorkerState {
    return {
      place: this.#place?.number ?? null,
      problem: this.#connection === null ? message(this.#idleBecause) : this.#connection.problem,
      storeFailure: this.#ingest.failure,
    };
  }

  /** Resolves once it has begun to connect to the broker. Rejects with a message. */
  async start(): Promise<void> {
    const { broker: address, clock, log } = this.#options;
    await this.store.start();
    const hubId = await this.store.records.setting("hub-id", randomUUID);
    this.budget.start(clock);
    await this.#follower.start();
    this.store.listen({
      onNotice: (text) => this.#onNotice(text),
      onGap: () => void this.#follower.refresh(),
    });
    this.#news.start();
    const places = new WorkerPlaces(this.store, hubId);
    this.#places = places;
    await this.#connect(places);
    this.#orphans = new OrphanedSessions({
      address,
      filters,
      places,
      matchTopic,
      onPublish: this.#onPublish,
      budget: this.budget,
      clock,
      log,
    });
    await this.#orphans.start();
    this.#endTimer = clock.every(CHECK_PLACE_MS, () => {
      this.#checking ??= this.#checkPlace()
        .catch((error: unknown) => log.debug({ err: error }, "the place could not be looked at"))
        .finally(() => {
          this.#checking = null;
        });
    });
  }

  /**
   * Leaves: unsubscribes, stores the messages that are on their way, ends its session. Meanwhile its heartbeat continues, or
   * another process would take its session over, and each would end the other's connection. Stopping twice is fine.
   */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const leaving = this.#connection?.leave() ?? Promise.resolve(false);
    const [isEmpty] = await Promise.all([leaving, this.#orphans?.stop()]);
    this.#endTimer?.();
    this.#endTimer = null;
    await this.#checking;
    await this.#connection?.stop();
    // Where the database is away, the place stays listed until another worker takes it.
    await this.#place?.release(isEmpty).catch(() => undefined);
    await this.#news.stop();
    await this.#follower.stop();
    this.budget.stop();
    await this.store.stop();
  }

  async #connect(places: WorkerPlaces): Promise<void> {
    const { broker: address, clock, log } = this.#options;
    const place = await places.take(clock.now());
    if (place === null) {
      this.#idleBecause = (await places.areClosed()) ? "work/moved" : "work/no-place";
      return;
    }
    this.#place = place;
    this.#idleBecause = "work/not-shared";
    await places.shared();
    if (this.#isStopping) return;
    const connection = new BrokerConnection({
      address,
      clientId: place.clientId,
      filters,
      needsMqtt5: true,
      hasRoomFor: (bytes) => this.#intake.hasRoomFor(bytes),
      onMessage: (received) => this.#intake.take(received),
      onUp: () => undefined,
      onDown: () => undefined,
      log,
    });
    this.#connection = connection;
    this.#intake.attach(connection);
    await connection.start();
    log.info({ place: place.number }, "takes readings");
  }

  /**
   * While the database was away, another worker may have taken this one's place, and its session with it. Where places are closed,
   * it releases its own.
   */
  async #checkPlace(): Promise<void> {
    const places = this.#places;
    const place = this.#place;
    if (places === null) return;
    const areClosed = await places.areClosed();
    const isAtWork = place !== null && this.#connection !== null && !areClosed;
    if (isAtWork && (place.lock.isHeld || (await place.lock.claim()))) {
      await places.beat(place, this.#options.clock.now());
      return;
    }
    const connection = this.#connection;
    const isEmpty = areClosed && connection !== null && (await connection.leave());
    this.#place = null;
    this.#connection = null;
    this.#intake.attach(null);
    await connection?.stop();
    await place?.release(isEmpty);
    if (place !== null && areClosed) this.#options.log.warn(render(message("work/moved")));
    if (!this.#isStopping) await this.#connect(places);
  }

  #onNotice(text: string): void {
    const news = parseNews(text);
    if (news === null || news.from === this.#id) return;
    const { devices = [] } = news;
    if (devices.length === 0) return;
    void this.#follower
      .changed(devices)
      .catch((error: unknown) => this.#options.log.debug({ err: error }, "changed devices could not be read"));
  }

  /** The list of refused messages is the hub's: refusals are handed over to it. */
  #refusedRecords(): RefusalsOptions["records"] {
    const handedOver = this.store.records.collection(refusedByWorkers);
    const idHere = (id: string) => `${this.#id}-${id}`;
    return {
      list: async () => [],
      save: async (records, removedIds = []) => {
        const named = records.map((record) => ({ ...record, id: idHere(`${record.id}`) }));
        await handedOver.save(named, removedIds.map(idHere));
        this.#news.refused();
      },
    };
  }
}

export function stateText({ problem, storeFailure }: WorkerState): string | null {
  return storeFailure ?? (problem === null ? null : render(problem));
}
