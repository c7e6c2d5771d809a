// Keeps the WebSocket to the hub open, and passes its events to the series and to the query cache. A silent connection counts as
// lost: closing a socket over a dead network can take minutes.
import type { QueryClient, QueryFilters } from "@tanstack/react-query";
import type {
  CommandList,
  DeviceList,
  HubInfo,
  LiveEvent,
  LiveTicket,
  Refused,
  RefusedList,
} from "../../../shared/api.ts";
import { type Command, isSettled } from "../../../shared/controls/command.ts";
import type { Device } from "../../../shared/device.ts";
import { language } from "../../i18n/language.ts";
import { apiUrl, post, request } from "../client.ts";
import { withCommand, withDevice, withoutDevice } from "../devices/device-list.ts";
import { liveUrl } from "../platform.ts";
import { QUERY_KEYS } from "../queries.ts";
import { RecentRate } from "./recent-rate.ts";
import { sentCommands } from "./sent-commands.ts";
import { SeriesFeed } from "./series.ts";
import { Signal } from "./signal.ts";

/** A person who sees all devices gets an event every second, so a longer silence means that the connection is dead. */
const MAX_SILENCE_MS = 8_000;
/** For a request that probes the connection after a silence. */
const PROBE_TIMEOUT_MS = 5_000;
const TICKET_TIMEOUT_MS = 6_000;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 8_000;
const MAX_REFUSED_MESSAGES = 1_000;

export class LiveFeed {
  readonly series = new SeriesFeed();
  readonly connection = new Signal<"connecting" | "open" | "lost">("connecting");
  /** Null while it is not open; pages send their own subscriptions on it. */
  readonly socket = new Signal<WebSocket | null>(null);
  readonly readingsPerSecond = new Signal<number | undefined>(undefined);
  #rate = new RecentRate();
  readonly #queries: QueryClient;

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  /** Stays connected until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures++) {
      const ticket = await this.#fetchTicket();
      if (signal.aborted) return;
      if (ticket !== null && (await this.#listen(liveUrl(ticket), signal))) failures = 0;
      if (signal.aborted) return;
      this.connection.set("lost");
      this.readingsPerSecond.set(undefined);
      this.#rate = new RecentRate();
      await pause(backOffMs(failures), signal);
    }
  }

  /** Null on failure. Queries fail in the same way and show it. */
  async #fetchTicket(): Promise<LiveTicket | null> {
    try {
      return await post<LiveTicket>(apiUrl("live/ticket"), {}, TICKET_TIMEOUT_MS);
    } catch {
      return null;
    }
  }

  /** Resolves when the socket has closed or timed out, with whether it was ever open. */
  #listen(url: URL, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = new WebSocket(url);
      let wasOpen = false;
      let getsRateEvents = false;
      let hasEnded = false;
      const end = () => {
        hasEnded = true;
        clearTimeout(silence);
        signal.removeEventListener("abort", end);
        this.socket.set(null);
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close();
        resolve(wasOpen);
      };
      const onSilence = () => {
        if (!wasOpen || getsRateEvents) return end();
        // A person with a scope of devices gets no events while these are silent.
        request(apiUrl("me"), { timeoutMs: PROBE_TIMEOUT_MS }).then(() => hasEnded || expectMore(), end);
      };
      const expectMore = () => {
        clearTimeout(silence);
        silence = setTimeout(onSilence, MAX_SILENCE_MS);
      };
      let silence = setTimeout(onSilence, MAX_SILENCE_MS);
      socket.onopen = () => {
        wasOpen = true;
        expectMore();
        this.connection.set("open");
        this.socket.set(socket);
        // Events were missed while the socket was closed, so refetch everything.
        void this.#refetch({});
      };
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        expectMore();
        const event: LiveEvent = JSON.parse(data);
        getsRateEvents ||= event.type === "rate";
        this.#accept(event);
      };
      socket.onclose = end;
      signal.addEventListener("abort", end);
    });
  }

  #accept(event: LiveEvent): void {
    switch (event.type) {
      case "readings":
        this.series.accept(event.readings);
        break;
      case "device":
        this.#refetchCorrected(event.device);
        this.#change<DeviceList>(QUERY_KEYS.devices, (list) => withDevice(list, event.device));
        break;
      case "command": {
        const { command } = event;
        if (isSettled(command.state)) sentCommands.end(command);
        this.#change<DeviceList>(QUERY_KEYS.devices, (list) => withCommand(list, command));
        this.#change<CommandList>(QUERY_KEYS.commands(command.device), ({ commands }) => ({
          commands: [command, ...commands.filter(({ id }) => id !== command.id)].sort(newestFirst),
        }));
        break;
      }
      case "device-removed":
        this.#change<DeviceList>(QUERY_KEYS.devices, (list) => withoutDevice(list, event.id));
        break;
      case "timeline":
        void this.#refetch({ queryKey: QUERY_KEYS.timeline });
        break;
      case "refused":
        this.#change<RefusedList>(QUERY_KEYS.refused, ({ refused }) => ({
          refused: withRefused(refused, event.refused),
        }));
        // The feed's messages are in English; a request gets them in the window's language.
        if (language !== "en") void this.#refetch({ queryKey: QUERY_KEYS.refused });
        break;
      case "disk":
        this.#change<HubInfo>(QUERY_KEYS.hub, (hub) => ({ ...hub, disk: event.status }));
        break;
      case "rate":
        this.readingsPerSecond.set(this.#rate.add(event.readingsPerSecond));
        break;
    }
  }

  /** If the device's corrections have changed, its cached readings are outdated. */
  #refetchCorrected({ id, mended }: Device): void {
    const known = this.#queries.getQueryData<DeviceList>(QUERY_KEYS.devices)?.devices.find((one) => one.id === id);
    if (known === undefined || known.mended?.changedMs === mended?.changedMs) return;
    this.series.forget(id);
    void this.#refetch({ queryKey: ["chart"] });
  }

  /** Updates the cached answer. An answer still in flight may predate the event, so it is fetched again. */
  #change<Answer>(queryKey: readonly string[], change: (answer: Answer) => Answer): void {
    this.#queries.setQueryData<Answer>(queryKey, (answer) => answer && change(answer));
    if (this.#queries.isFetching({ queryKey }) > 0) void this.#refetch({ queryKey });
  }

  /** `invalidateQueries` joins a first fetch that is in flight instead of repeating it, so cancel that first. */
  async #refetch(filters: QueryFilters): Promise<void> {
    await this.#queries.cancelQueries(filters);
    await this.#queries.invalidateQueries(filters);
  }
}

function newestFirst(a: Command, b: Command): number {
  return (b.timeline[0]?.atMs ?? 0) - (a.timeline[0]?.atMs ?? 0);
}

/** Exponential, with jitter so that windows do not reconnect at the same moment. */
function backOffMs(failures: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** failures, MAX_RETRY_MS) * (0.5 + Math.random());
}

/** Ends early when the computer is online again, or the page becomes visible. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      window.removeEventListener("online", end);
      document.removeEventListener("visibilitychange", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    window.addEventListener("online", end);
    document.addEventListener("visibilitychange", end);
  });
}

/** Newest first. A known entry, whose count has changed, is replaced in place. */
function withRefused(list: readonly Refused[], refused: Refused): Refused[] {
  const isSame = ({ atMs, address, code, source }: Refused) =>
    atMs === refused.atMs && address === refused.address && code === refused.code && source === refused.source;
  const place = refused.count === undefined ? -1 : list.findIndex(isSame);
  return place < 0 ? [refused, ...list].slice(0, MAX_REFUSED_MESSAGES) : list.with(place, refused);
}
