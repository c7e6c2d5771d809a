// The metrics that Prometheus scrapes: the hub's own, open to all, and with an option the devices' readings.
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { message } from "../../../../shared/messages/message.ts";
import { type LatestReading, READING_METRICS_TYPE, readingMetrics } from "../../../observe/reading-metrics.ts";
import { sendProblem } from "../errors.ts";
import type { HttpPacing } from "../pacing.ts";
import { route } from "../route.ts";
import { sendInTurns } from "../send-stream.ts";

export interface MetricsRouteOptions {
  /** Text for Prometheus. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Null where readings are not for Prometheus. */
  readonly latestReadings: (() => Iterable<LatestReading>) | null;
  readonly pacing: Pick<HttpPacing, "shareOf">;
}

const produces = { "text/plain": Type.String() };

export function addMetricsRoutes(app: FastifyInstance, { metrics, latestReadings, pacing }: MetricsRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/metrics",
    permission: "open",
    audit: null,
    schema: { operationId: "getMetrics", tags: ["Hub"], summary: "Figures for Prometheus", produces },
    handler: async (_request, reply) => {
      const { contentType, text } = await metrics();
      return reply.header("Content-Type", contentType).send(text);
    },
  });

  route(app, {
    method: "GET",
    url: "/metrics/readings",
    permission: "viewer",
    audit: null,
    schema: {
      operationId: "getReadingMetrics",
      tags: ["Readings"],
      summary: "The latest readings for Prometheus, where the hub was started with --metrics-readings",
      produces,
    },
    handler: async (request, reply) => {
      if (latestReadings === null) return sendProblem(reply, message("no-such-route/reading-metrics"));
      reply.header("Content-Type", READING_METRICS_TYPE);
      if (request.method === "HEAD") return reply.send();
      return sendInTurns(reply, pacing.shareOf(request.raw), readingMetrics(latestReadings));
    },
  });
}
