// Why readings are missing or late: pauses of the hub, and late readings of devices; and changes of a device's attributes.
import type { FastifyInstance } from "fastify";
import { DeviceParams } from "../../../../../shared/api.ts";
import {
  AttributeChangeList,
  BackfillList,
  HubPauseList,
  HubPauseQuery,
} from "../../../../../shared/history/timeline.ts";
import { noSuchDevice, type Registry } from "../../../../devices/registry.ts";
import type { Timeline } from "../../../../timeline/timeline.ts";
import { sendProblem } from "../../errors.ts";
import { parseRange } from "../../query/selection.ts";
import { errors, route } from "../../route.ts";

export interface GapRouteOptions {
  readonly timeline: Timeline;
  readonly registry: Registry;
}

export function addGapRoutes(app: FastifyInstance, { timeline, registry }: GapRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/hub/pauses",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "listHubPauses",
      tags: ["Hub"],
      summary: "When the hub was not running, or its computer was asleep; the latest 200",
      querystring: HubPauseQuery,
      response: { 200: HubPauseList, ...errors },
    },
    handler: async (request, reply) => {
      const range = parseRange(request.query, 0, Number.MAX_SAFE_INTEGER);
      return "code" in range ? sendProblem(reply, range) : { pauses: timeline.pauses.list(range) };
    },
  });

  route(app, {
    method: "GET",
    url: "/api/v1/devices/:id/backfills",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "listBackfills",
      tags: ["Readings"],
      summary: "Of which stretches a device's readings came later than they do; the latest 50",
      params: DeviceParams,
      response: { 200: BackfillList, ...errors },
    },
    handler: async ({ params: { id }, maySee }, reply) =>
      maySee(id) && registry.get(id) !== undefined
        ? { backfills: [...timeline.backfills.list(id)] }
        : sendProblem(reply, noSuchDevice(id)),
  });

  route(app, {
    method: "GET",
    url: "/api/v1/devices/:id/changes",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "listAttributeChanges",
      tags: ["Devices"],
      summary: "How what a device says of itself changed, the latest first; 50 at most",
      params: DeviceParams,
      response: { 200: AttributeChangeList, ...errors },
    },
    handler: async ({ params: { id }, maySee }, reply) =>
      maySee(id) && registry.get(id) !== undefined
        ? { changes: timeline.attributes.list(id) }
        : sendProblem(reply, noSuchDevice(id)),
  });
}
