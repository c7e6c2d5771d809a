// What the UI and programs ask: devices, charts, raw rows, exports, refused messages, and the hub itself.
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import {
  ApiError,
  Chart,
  ChartQuery,
  DeviceList,
  DeviceParams,
  ExportQuery,
  Health,
  HubInfo,
  ReadingsPage,
  ReadingsQuery,
  RefusedList,
} from "../../../../shared/api.ts";
import { Device } from "../../../../shared/device.ts";
import { type Problem, plainProblem } from "../../../../shared/errors.ts";
import { type DeviceId, type MetricName, parseDeviceId, parseMetricName } from "../../../../shared/ids.ts";
import { parseQueryTimeMs } from "../../../../shared/time.ts";
import type { Clock } from "../../../clock.ts";
import { isTimeZone } from "../../../csv/zoned-time.ts";
import { noSuchDevice, type Registry } from "../../../devices/registry.ts";
import type { Refusals } from "../../../ingest/refusals.ts";
import { positionOfLast, type ReadingPosition, type ReadingStore } from "../../../store/readings.ts";
import { sendProblem } from "../errors.ts";
import { route } from "../route.ts";
import { sendPieces } from "../send-stream.ts";

export interface ApiOptions {
  readonly readings: ReadingStore;
  readonly registry: Registry;
  readonly refusals: Refusals;
  readonly clock: Clock;
  readonly hubInfo: () => Promise<HubInfo>;
  readonly health: () => Promise<Health>;
  /** Text for Prometheus. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

const HOUR_MS = 3_600_000;
const errors = { "4xx": ApiError, "5xx": ApiError };

export function addApiRoutes(app: FastifyInstance, options: ApiOptions): void {
  const { readings, registry, refusals, clock } = options;

  route(app, {
    method: "GET",
    url: "/healthz",
    permission: "open",
    audit: null, // What refuses a request before it gets here may say 503, too: the hub is being stopped.
    schema: { summary: "Is the hub alive?", response: { 200: Health, 503: Type.Union([Health, ApiError]) } },
    handler: async (_request, reply) => {
      const health = await options.health();
      return reply.code(health.status === "failing" ? 503 : 200).send(health);
    },
  });

  route(app, {
    method: "GET",
    url: "/metrics",
    permission: "open",
    audit: null,
    schema: { summary: "Figures for Prometheus", produces: ["text/plain"] },
    handler: async (_request, reply) => {
      const { contentType, text } = await options.metrics();
      return reply.header("Content-Type", contentType).send(text);
    },
  });

  route(app, {
    method: "GET",
    url: "/api/v1/hub",
    permission: "viewer",
    audit: null,
    schema: { summary: "The hub itself", response: { 200: HubInfo, ...errors } },
    handler: () => options.hubInfo(),
  });

  route(app, {
    method: "GET",
    url: "/api/v1/devices",
    permission: "viewer",
    audit: null,
    schema: { summary: "All devices", response: { 200: DeviceList, ...errors } },
    handler: async () => ({
      devices: registry.list(),
    }),
  });

  route(app, {
    method: "GET",
    url: "/api/v1/devices/:id",
    permission: "viewer",
    audit: null,
    schema: { summary: "One device", params: DeviceParams, response: { 200: Device, ...errors } },
    handler: async (request, reply) =>
      registry.get(request.params.id) ?? sendProblem(reply, noSuchDevice(request.params.id)),
  });

  route(app, {
    method: "GET",
    url: "/api/v1/devices/:id/readings",
    permission: "viewer",
    audit: null,
    schema: {
      summary: "A chart's data: at most `points` buckets; the last hour without from and to",
      params: DeviceParams,
      querystring: ChartQuery,
      response: { 200: Chart, ...errors },
    },
    handler: async (request, reply) => {
      const { metric: metricText, points = 1_000 } = request.query;
      const device = parseDeviceId(request.params.id);
      const known = device === undefined ? undefined : registry.get(device);
      if (device === undefined || known === undefined) {
        return sendProblem(reply, noSuchDevice(request.params.id));
      }
      const metric = parseMetricName(metricText);
      if (metric === undefined)
        return sendProblem(reply, plainProblem("bad-metric", `“${metricText}” is no metric name.`));
      const range = parseRange(request.query, clock.now() - HOUR_MS, clock.now() + 1);
      if ("code" in range) return sendProblem(reply, range);
      const { fromMs, toMs } = range;
      const grid = readings.bucketGrid(fromMs, toMs, points);
      const isShown = known.joining === "approved";
      const buckets = isShown ? await readings.buckets({ device, metric, fromMs, toMs, ...grid }) : [];
      return { device, metric, from: fromMs, to: toMs, stepMs: grid.stepMs, buckets };
    },
  });

  route(app, {
    method: "GET",
    url: "/api/v1/readings",
    permission: "viewer",
    audit: null,
    schema: {
      summary: "Raw rows, newest first",
      querystring: ReadingsQuery,
      response: { 200: ReadingsPage, ...errors },
    },
    handler: async (request, reply) => {
      const { limit = 1_000, cursor } = request.query;
      const selection = parseSelection(request.query);
      if ("code" in selection) return sendProblem(reply, selection);
      const after = cursor === undefined ? null : parseCursor(cursor);
      if (after === undefined)
        return sendProblem(reply, plainProblem("bad-request", "This cursor is not from this hub."));
      const devices = registry.joined(selection.devices);
      const page = await readings.page({ ...selection, devices, order: "newest-first", after, limit });
      const last = positionOfLast(page);
      return {
        readings: Array.from(page.tsMs, (ts, row) => {
          const key = page.series[page.seriesIndex[row] ?? -1];
          return { device: key?.device ?? "", metric: key?.metric ?? "", ts, value: page.values[row] ?? 0 };
        }),
        next: page.more && last !== null ? formatCursor(last) : null,
      };
    },
  });

  route(app, {
    method: "GET",
    url: "/api/v1/export.csv",
    permission: "viewer",
    audit: null,
    schema: { summary: "Readings as CSV, oldest first", querystring: ExportQuery, produces: ["text/csv"] },
    handler: async (request, reply) => {
      const { tz = "UTC", sep = ",", layout = "long" } = request.query;
      const selection = parseSelection(request.query);
      if ("code" in selection) return sendProblem(reply, selection);
      if (!isTimeZone(tz))
        return sendProblem(reply, plainProblem("bad-request", `“${tz}” is no time zone.`, { field: "tz" }));
      const separator = sep === "tab" ? "\t" : sep;
      const devices = registry.joined(selection.devices);
      const pieces = readings.csv({ ...selection, devices }, { separator, timeZone: tz, layout });
      reply
        .header("Content-Type", "text/csv; charset=utf-8; header=present")
        .header("Content-Disposition", `attachment; filename="${csvName(selection.devices, clock.now())}"`);
      return request.method === "HEAD" ? reply.send() : sendPieces(reply, pieces);
    },
  });

  route(app, {
    method: "GET",
    url: "/api/v1/refused",
    permission: "viewer",
    audit: null,
    schema: { summary: "The latest refused messages, newest first", response: { 200: RefusedList, ...errors } },
    handler: async () => ({ refused: refusals.list() }),
  });
}

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Selection extends Range {
  readonly devices: DeviceId[] | null;
  readonly metrics: MetricName[] | null;
}

function parseSelection(query: {
  readonly device?: string | string[];
  readonly metric?: string | string[];
  readonly from?: string;
  readonly to?: string;
}): Selection | Problem {
  const range = parseRange(query, 0, Number.MAX_SAFE_INTEGER);
  if ("code" in range) return range;
  // A name that cannot exist has no rows; it must not select all of them.
  const all = <T>(texts: string | string[] | undefined, parse: (text: string) => T | undefined): T[] | null =>
    texts === undefined ? null : [texts].flat().flatMap((text) => parse(text) ?? []);
  return { ...range, devices: all(query.device, parseDeviceId), metrics: all(query.metric, parseMetricName) };
}

function parseRange(
  { from, to }: { readonly from?: string; readonly to?: string },
  defaultFromMs: number,
  defaultToMs: number,
): Range | Problem {
  const toMs = to === undefined ? defaultToMs : parseQueryTimeMs(to);
  if (toMs === undefined) return notATime("to");
  const fromMs = from === undefined ? Math.min(defaultFromMs, toMs - 1) : parseQueryTimeMs(from);
  if (fromMs === undefined) return notATime("from");
  if (fromMs >= toMs) return plainProblem("bad-request", "“from” must be before “to”.", { field: "from" });
  return { fromMs, toMs };
}

function notATime(field: string): Problem {
  return plainProblem("bad-request", `“${field}” is no time: milliseconds UTC or ISO 8601.`, { field });
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

function csvName(devices: readonly DeviceId[] | null, nowMs: number): string {
  const [only, ...others] = devices ?? [];
  const what = only !== undefined && others.length === 0 ? `-${only.replaceAll(":", "-")}` : "";
  return `bramble${what}-${new Date(nowMs).toISOString().slice(0, 10)}.csv`;
}
