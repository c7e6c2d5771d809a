// Reading the hub, for the UI and programs: devices, charts, raw rows, refused messages, and the hub itself.
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import {
  ApiError,
  Chart,
  ChartQuery,
  DeviceList,
  DeviceParams,
  Health,
  HubInfo,
  ReadingsPage,
  ReadingsQuery,
  RefusedList,
} from "../../../../shared/api.ts";
import { Device } from "../../../../shared/device.ts";
import { parseDeviceId, parseMetricName } from "../../../../shared/ids.ts";
import type { Language } from "../../../../shared/messages/language.ts";
import { message } from "../../../../shared/messages/message.ts";
import { SeenAddressList } from "../../../../shared/security/access.ts";
import { HOUR_MS } from "../../../../shared/time.ts";
import { decide } from "../../../access/principal.ts";
import type { Clock } from "../../../clock.ts";
import { noSuchDevice, type Registry } from "../../../devices/registry.ts";
import type { Refusals } from "../../../ingest/refusals.ts";
import { endOf, type ReadingPosition, type ReadingStore, rowsOf } from "../../../store/readings.ts";
import { TaskQueue } from "../../../task-queue.ts";
import type { FindRequestedHost } from "../../requested-host.ts";
import { languageOf, sendProblem } from "../errors.ts";
import { goneSignal } from "../gone.ts";
import type { HttpPacing } from "../pacing.ts";
import { quoted } from "../query/query-check.ts";
import { parseRange, parseSelection } from "../query/selection.ts";
import { errors, route } from "../route.ts";
import { sendInTurns } from "../send-stream.ts";

export interface ApiOptions {
  readonly readings: ReadingStore;
  readonly registry: Registry;
  readonly refusals: Refusals;
  readonly clock: Clock;
  readonly hubInfo: (language?: Language) => Promise<HubInfo>;
  readonly findRequestedHost: FindRequestedHost;
  readonly health: () => Promise<Health>;
  readonly pacing: Pick<HttpPacing, "shareOf">;
}

/** Of devices that are answered at once: some milliseconds. More are sent in pieces of so many characters. */
const MAX_METRICS_AT_ONCE = 5_000;
const PIECE_CHARACTERS = 64 * 1024;
/** A page of 10,000 rows takes the store some 10 ms, and is a megabyte of text. */
const PAGES_AT_ONCE = 2;

export function addApiRoutes(app: FastifyInstance, options: ApiOptions): void {
  addHubRoutes(app, options);
  addDeviceViewRoutes(app, options);
  addChartRoute(app, options);
  addRawRowsRoute(app, options);
  addRefusedRoute(app, options);
}

function addHubRoutes(app: FastifyInstance, options: ApiOptions): void {
  route(app, {
    method: "GET",
    url: "/healthz",
    permission: "open",
    // A monitor may add a parameter, so that no cache answers.
    config: { takesAnyQuery: true },
    audit: null,
    schema: {
      operationId: "getHealth",
      tags: ["Hub"],
      summary: "Is the hub alive?",
      // Hooks that refuse a request while the hub is being stopped answer 503 with an error, too.
      response: { 200: Health, 503: Type.Union([Health, ApiError]) },
    },
    handler: async (_request, reply) => {
      const health = await options.health();
      return reply.code(health.status === "failing" ? 503 : 200).send(health);
    },
  });

  route(app, {
    method: "GET",
    url: "/api/v1/hub",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: { operationId: "getHub", tags: ["Hub"], summary: "The hub itself", response: { 200: HubInfo, ...errors } },
    handler: async (request) => {
      const { principal, raw, client } = request;
      const info = await options.hubInfo(languageOf(request));
      const asked = options.findRequestedHost(raw, client.host);
      const addresses = asked === null ? info.addresses : [asked.host, ...info.addresses];
      // The path of the data folder is for administrators alone.
      return decide(principal, "admin") === "granted" ? { ...info, addresses } : { ...info, addresses, dataFolder: "" };
    },
  });
}

function addDeviceViewRoutes(app: FastifyInstance, { registry, pacing }: ApiOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/devices",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "listDevices",
      tags: ["Devices"],
      summary: "All devices",
      response: { 200: DeviceList, ...errors },
    },
    handler: async ({ maySee, raw }, reply) => {
      if (registry.metricCount > MAX_METRICS_AT_ONCE)
        return sendInTurns(
          reply.type("application/json; charset=utf-8"),
          pacing.shareOf(raw),
          devicesInPieces(registry.each(), maySee),
        );
      return { devices: registry.list().filter(({ id }) => maySee(id)) };
    },
  });

  route(app, {
    method: "GET",
    url: "/api/v1/devices/:id",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "getDevice",
      tags: ["Devices"],
      summary: "One device",
      params: DeviceParams,
      response: { 200: Device, ...errors },
    },
    handler: async ({ params: { id }, maySee }, reply) =>
      (maySee(id) ? registry.get(id) : undefined) ?? sendProblem(reply, noSuchDevice(id)),
  });

  route(app, {
    method: "GET",
    url: "/api/v1/devices/:id/addresses",
    permission: "viewer",
    audit: null,
    schema: {
      operationId: "listAddresses",
      tags: ["Devices"],
      summary: "From which address a device sent, and when, the latest first",
      params: DeviceParams,
      response: { 200: SeenAddressList, ...errors },
    },
    handler: async ({ params: { id } }, reply) => {
      const addresses = registry.addressesOf(id);
      return addresses === undefined ? sendProblem(reply, noSuchDevice(id)) : { addresses };
    },
  });
}

function addChartRoute(app: FastifyInstance, { readings, registry, clock }: ApiOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/devices/:id/readings",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "getChart",
      tags: ["Readings"],
      summary: "A chart's data: at most `points` buckets; the last hour without from and to",
      params: DeviceParams,
      querystring: ChartQuery,
      response: { 200: Chart, ...errors },
    },
    handler: async (request, reply) => {
      const { metric: metricText, points = 1_000 } = request.query;
      const device = parseDeviceId(request.params.id);
      const known = device === undefined || !request.maySee(device) ? undefined : registry.get(device);
      if (device === undefined || known === undefined) {
        return sendProblem(reply, noSuchDevice(request.params.id));
      }
      const metric = parseMetricName(metricText);
      if (metric === undefined)
        return sendProblem(reply, message("bad-metric/request", { field: "metric", value: quoted(metricText) }));
      const range = parseRange(request.query, clock.now() - HOUR_MS, clock.now() + 1);
      if ("code" in range) return sendProblem(reply, range);
      const { fromMs, toMs } = range;
      const grid = readings.bucketGrid(fromMs, toMs, points);
      const isShown = known.joining === "approved";
      const buckets = isShown ? await readings.buckets({ device, metric, fromMs, toMs, ...grid }) : [];
      return { device, metric, from: fromMs, to: toMs, stepMs: grid.stepMs, buckets };
    },
  });
}

function addRawRowsRoute(app: FastifyInstance, { readings, registry }: ApiOptions): void {
  const queue = new TaskQueue(PAGES_AT_ONCE);
  route(app, {
    method: "GET",
    url: "/api/v1/readings",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "listReadings",
      tags: ["Readings"],
      summary: "Raw rows, newest first unless `order` says otherwise",
      querystring: ReadingsQuery,
      response: { 200: ReadingsPage, ...errors },
    },
    handler: async (request, reply) => {
      const { order = "newest", limit = 1_000, cursor } = request.query;
      const selection = parseSelection(request.query);
      if ("code" in selection) return sendProblem(reply, selection);
      const after = cursor === undefined ? null : parseCursor(cursor);
      if (after === undefined)
        return sendProblem(reply, message("bad-request/cursor", { field: "cursor", value: quoted(cursor ?? "") }));
      const devices = registry.shown(selection.devices, request);
      const query = { ...selection, devices, order: `${order}-first`, after, limit } as const;
      const gone = goneSignal(reply.raw);
      const page = await queue.run([gone], async (isWanted) => (isWanted ? readings.page(query) : null));
      // Nobody waits for it: what it would take to write is saved.
      if (page === null || gone.aborted) return { readings: [], next: null };
      const end = endOf(page);
      return {
        readings: rowsOf(page).map(({ device, metric, tsMs: ts, value }) => ({ device, metric, ts, value })),
        next: page.more && end !== null ? formatCursor(end) : null,
      };
    },
  });
}

function addRefusedRoute(app: FastifyInstance, { refusals }: ApiOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/refused",
    permission: "viewer",
    audit: null,
    schema: {
      operationId: "listRefused",
      tags: ["Hub"],
      summary: "The latest refused messages, newest first",
      response: { 200: RefusedList, ...errors },
    },
    handler: async (request) => ({ refused: refusals.list(languageOf(request)) }),
  });
}

/** `{"devices":[…]}` */
function* devicesInPieces(devices: Iterable<Device>, maySee: (device: string) => boolean): Generator<string> {
  let text = '{"devices":[';
  let count = 0;
  for (const device of devices) {
    if (!maySee(device.id)) continue;
    text += `${count++ === 0 ? "" : ","}${JSON.stringify(device)}`;
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = "";
  }
  yield `${text}]}`;
}

function formatCursor({ tsMs, device, metric }: ReadingPosition): string {
  return Buffer.from(JSON.stringify([tsMs, device, metric])).toString("base64url");
}

function parseCursor(text: string): ReadingPosition | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    const [tsMs, device, metric]: unknown[] = Array.isArray(value) ? value : [];
    const sound = Number.isSafeInteger(tsMs) && typeof device === "string" && typeof metric === "string";
    return sound ? { tsMs: Number(tsMs), device, metric } : undefined;
  } catch {
    return undefined;
  }
}
