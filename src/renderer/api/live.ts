// The one WebSocket to the hub: keeps it open, and hands what arrives to the series and to the query cache.
import type { QueryClient, QueryFilters } from "@tanstack/react-query";
import type {
  CommandList,
  DeviceList,
  HubInfo,
  LiveEvent,
  LiveTicket,
  Refused,
  RefusedList,
} from "../../shared/api.ts";
import type { Command } from "../../shared/command.ts";
import { assertNever } from "../../shared/errors.ts";
import { apiUrl, post } from "./client.ts";
import { withCommand, withDevice, withoutDevice } from "./device-list.ts";
import { liveUrl } from "./platform.ts";
import { keys } from "./queries.ts";
import { SeriesFeed } from "./series.ts";
import { Signal } from "./signal.ts";

/** The hub speaks every second; after this much silence the network is gone, whatever the socket says. */
const SILENCE_MS = 10_000;
const RETRY_MS = { first: 500, longest: 8_000 };
const REFUSED_KEPT = 1_000;

export class LiveFeed {
  readonly series = new SeriesFeed();
  readonly connection = new Signal<"connecting" | "open" | "lost">("connecting");
  readonly readingsPerSecond = new Signal<number | undefined>(undefined);
  readonly #queries: QueryClient;

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  /** Stays connected until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures++) {
      const ticket = await askForTicket();
      if (signal.aborted) return;
      if (ticket !== null && (await this.#listen(liveUrl(ticket), signal))) failures = 0;
      if (signal.aborted) return;
      this.connection.set("lost");
      this.readingsPerSecond.set(undefined);
      await pause(backOffMs(failures), signal);
    }
  }

  /** Ends when the socket does, and tells whether it ever was open. */
  #listen(url: URL, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = new WebSocket(url);
      const hangUp = () => socket.close();
      let silence = setTimeout(hangUp, SILENCE_MS);
      let wasOpen = false;
      socket.onopen = () => {
        wasOpen = true;
        this.connection.set("open");
        // Whatever happened while nobody listened is in the answers to these.
        void this.#regrantSubscriptions({});
      };
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        clearTimeout(silence);
        silence = setTimeout(hangUp, SILENCE_MS);
        this.#accept(JSON.parse(data));
      };
      socket.onclose = () => {
        clearTimeout(silence);
        signal.removeEventListener("abort", hangUp);
        resolve(wasOpen);
      };
      signal.addEventListener("abort", hangUp);
    });
  }

  #accept(event: LiveEvent): void {
    switch (event.type) {
      case "readings":
        this.series.accept(event.readings);
        break;
      case "device":
        this.#change<DeviceList>(keys.devices, (list) => withDevice(list, event.device));
        break;
      case "command": {
        const { command } = event;
        this.#change<DeviceList>(keys.devices, (list) => withCommand(list, command));
        this.#change<CommandList>(keys.commands(command.device), ({ commands }) => ({
          commands: [command, ...commands.filter(({ id }) => id !== command.id)].sort(newestFirst),
        }));
        break;
      }
      case "device-removed":
        this.#change<DeviceList>(keys.devices, (list) => withoutDevice(list, event.id));
        break;
      case "refused":
        this.#change<RefusedList>(keys.refused, ({ refused }) => ({ refused: withRefused(refused, event.refused) }));
        break;
      case "disk":
        this.#change<HubInfo>(keys.hub, (hub) => ({ ...hub, disk: event.status }));
        break;
      case "rate":
        this.readingsPerSecond.set(event.readingsPerSecond);
        break;
      default:
        assertNever(event);
    }
  }

  /** Changes what the pages know. An answer that is on its way may be older than the change: it is asked for anew. */
  #change<Answer>(queryKey: readonly string[], change: (answer: Answer) => Answer): void {
    this.#queries.setQueryData<Answer>(queryKey, (answer) => answer && change(answer));
    if (this.#queries.isFetching({ queryKey }) > 0) void this.#regrantSubscriptions({ queryKey });
  }

  /** A first answer that is still on its way counts as asked for, so it has to be called off. */
  async #regrantSubscriptions(which: QueryFilters): Promise<void> {
    await this.#queries.cancelQueries(which);
    await this.#queries.invalidateQueries(which);
  }
}

/** Null when there is none to be had now; the queries meet the same failure and say it in words. */
function askForTicket(): Promise<LiveTicket | null> {
  return post<LiveTicket>(apiUrl("live/ticket"), {}).catch(() => null);
}

function newestFirst(a: Command, b: Command): number {
  return (b.timeline[0]?.atMs ?? 0) - (a.timeline[0]?.atMs ?? 0);
}

/** Doubles, and is spread out so that not every window comes back at the same moment. */
function backOffMs(failures: number): number {
  return Math.min(RETRY_MS.first * 2 ** failures, RETRY_MS.longest) * (0.5 + Math.random());
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

/** The newest first. One that is known already is told again when its count went up. */
function withRefused(list: readonly Refused[], told: Refused): Refused[] {
  const isIt = ({ atMs, address, code, source }: Refused) =>
    atMs === told.atMs && address === told.address && code === told.code && source === told.source;
  const place = told.times === undefined ? -1 : list.findIndex(isIt);
  return place < 0 ? [told, ...list].slice(0, REFUSED_KEPT) : list.with(place, told);
}
