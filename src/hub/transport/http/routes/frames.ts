// GET /api/v1/frames: the buckets of several series at once, for dashboards.
import type { FastifyInstance } from "fastify";
import type { Device, Metric } from "../../../../shared/device.ts";
import type { Problem } from "../../../../shared/errors.ts";
import { type Frame, Frames, FramesQuery, MAX_FRAMES } from "../../../../shared/history/frames.ts";
import { type DeviceId, parseDeviceId, parseMetricName } from "../../../../shared/ids.ts";
import { message } from "../../../../shared/messages/message.ts";
import type { Bucket } from "../../../../shared/reading.ts";
import { HOUR_MS } from "../../../../shared/time.ts";
import type { Clock } from "../../../clock.ts";
import type { DeviceDirectory } from "../../../devices/directory.ts";
import type { Registry } from "../../../devices/registry.ts";
import type { ReadingStore } from "../../../store/readings.ts";
import { sendProblem } from "../errors.ts";
import { parseRange, parseSelection, type Selection } from "../query/selection.ts";
import { errors, route } from "../route.ts";

export interface FramesRouteOptions {
  readonly directory: Pick<DeviceDirectory, "joinedMetrics">;
  readonly registry: Pick<Registry, "get">;
  readonly readings: Pick<ReadingStore, "bucketGrid" | "buckets">;
  readonly clock: Clock;
}

export function addFramesRoute(app: FastifyInstance, options: FramesRouteOptions): void {
  const { readings, clock } = options;
  route(app, {
    method: "GET",
    url: "/api/v1/frames",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "getFrames",
      tags: ["Readings"],
      summary: "Several series in columns, for dashboards; the last hour without from and to",
      querystring: FramesQuery,
      response: { 200: Frames, ...errors },
    },
    handler: async ({ query, maySee }, reply) => {
      const { points = 500, value = "avg", shape = "frames" } = query;
      const selection = parseSelection(query);
      if ("code" in selection) return sendProblem(reply, selection);
      const range = parseRange(query, clock.now() - HOUR_MS, clock.now() + 1);
      if ("code" in range) return sendProblem(reply, range);
      const wanted = wantedSeries(options, selection, maySee);
      if ("code" in wanted) return sendProblem(reply, wanted);
      const grid = readings.bucketGrid(range.fromMs, range.toMs, points);
      const series = await Promise.all(
        wanted.map(async ({ device, metric }) => {
          const [id, name] = [parseDeviceId(device.id), parseMetricName(metric.name)];
          const buckets = id && name ? await readings.buckets({ device: id, metric: name, ...range, ...grid }) : [];
          return { device, metric, buckets };
        }),
      );
      const pointOf = (bucket: Bucket) => bucket[value];
      if (shape === "frames")
        return { frames: series.map(({ device, metric, buckets }) => toFrame(device, metric, buckets, pointOf)) };
      const rows = series.flatMap(({ device, metric, buckets }) =>
        buckets.map((bucket) => ({ time: bucket.t, device: device.id, metric: metric.name, value: pointOf(bucket) })),
      );
      return { rows };
    },
  });
}

interface Wanted {
  readonly device: Device;
  readonly metric: Metric;
}

/** All devices that there may be have half a million metrics: they are counted before one is described. */
function wantedSeries(
  { directory, registry }: Pick<FramesRouteOptions, "directory" | "registry">,
  { devices, metrics }: Selection,
  maySee: (device: string) => boolean,
): readonly Wanted[] | Problem {
  const ids: DeviceId[] = [];
  let series = 0;
  for (const [id, latest] of directory.joinedMetrics()) {
    if (devices?.includes(id) === false || !maySee(id)) continue;
    const count = metrics === null ? latest.size : new Set(metrics.filter((name) => latest.has(name))).size;
    if (count > 0) ids.push(id);
    series += count;
  }
  if (series > MAX_FRAMES) return message("bad-request/too-many-series", { series, limit: MAX_FRAMES });
  const names: readonly string[] | null = metrics;
  return ids
    .flatMap((id) => registry.get(id) ?? [])
    .flatMap((device) => device.metrics.map((metric) => ({ device, metric })))
    .filter(({ metric }) => names?.includes(metric.name) !== false);
}

function toFrame(
  device: Device,
  metric: Metric,
  buckets: readonly Bucket[],
  pointOf: (bucket: Bucket) => number,
): Frame {
  const labels = { device: device.id, metric: metric.name, ...(metric.unit !== undefined && { unit: metric.unit }) };
  return {
    schema: {
      name: `${device.name} ${metric.label ?? metric.name}`,
      fields: [
        { name: "time", type: "time" },
        { name: "value", type: "number", labels },
      ],
    },
    data: { values: [buckets.map(({ t }) => t), buckets.map(pointOf)] },
  };
}
