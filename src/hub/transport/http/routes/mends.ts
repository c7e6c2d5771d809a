// Mends of wrong readings: listing, previewing, applying and undoing them.
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { DeviceParams } from "../../../../shared/api.ts";
import type { Problem } from "../../../../shared/errors.ts";
import { MendList, MendPreview, MendPreviewQuery, MendRequest, MendResult } from "../../../../shared/history/mend.ts";
import { type DeviceId, parseDeviceId } from "../../../../shared/ids.ts";
import { message } from "../../../../shared/messages/message.ts";
import { nameOf } from "../../../access/principal.ts";
import { noSuchDevice, type Registry } from "../../../devices/registry.ts";
import type { Mending } from "../../../mend/mending.ts";
import { exactBody } from "../body/exact-body.ts";
import { sendProblem } from "../errors.ts";
import { parseRange } from "../query/selection.ts";
import { errors, route } from "../route.ts";

export interface MendRouteOptions {
  readonly registry: Registry;
  readonly mending: Mending;
}

const MendParams = Type.Object({ id: Type.String(), mend: Type.String() });

export function addMendRoutes(app: FastifyInstance, options: MendRouteOptions): void {
  addListRoutes(app, options);
  addMendingRoutes(app, options);
}

function addListRoutes(app: FastifyInstance, { registry, mending }: MendRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/devices/:id/mends",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "listMends",
      tags: ["Mends"],
      summary: "What people mended of the readings of a device",
      params: DeviceParams,
      response: { 200: MendList, ...errors },
    },
    handler: async ({ params: { id }, maySee }, reply) => {
      const device = joinedDevice(registry, id, maySee);
      return typeof device === "string" ? { mends: [...mending.ofDevice(device)] } : sendProblem(reply, device);
    },
  });

  route(app, {
    method: "GET",
    url: "/api/v1/devices/:id/mends/preview",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "previewMend",
      tags: ["Mends"],
      summary: "How many of the readings that are shown lie in a box of time and value; nothing is changed",
      params: DeviceParams,
      querystring: MendPreviewQuery,
      response: { 200: MendPreview, ...errors },
    },
    handler: async ({ params: { id }, query, maySee }, reply) => {
      const device = joinedDevice(registry, id, maySee);
      if (typeof device !== "string") return sendProblem(reply, device);
      const range = parseRange(query, 0, Number.MAX_SAFE_INTEGER);
      if ("code" in range) return sendProblem(reply, range);
      const { from: _from, to: _to, ...box } = query;
      const readings = await mending.preview(device, { ...box, from: range.fromMs, to: range.toMs });
      return typeof readings === "number" ? { readings } : sendProblem(reply, readings);
    },
  });
}

function addMendingRoutes(app: FastifyInstance, { registry, mending }: MendRouteOptions): void {
  route(app, {
    method: "POST",
    url: "/api/v1/devices/:id/mends",
    permission: "operator",
    audit: "mend.apply",
    showsSome: true,
    validatorCompiler: exactBody,
    schema: {
      operationId: "applyMend",
      tags: ["Mends"],
      summary:
        "Hides, corrects or scales the readings in a box of time and value, as it is shown; they are kept as they were sent",
      description:
        "Charts, rows, files and latest values show it from then on. It is taken back with DELETE, after which all is as before.",
      params: DeviceParams,
      body: MendRequest,
      response: { 201: MendResult, ...errors },
    },
    handler: async (request, reply) => {
      const device = joinedDevice(registry, request.params.id, request.maySee);
      if (typeof device !== "string") return sendProblem(reply, device);
      const result = await mending.apply(device, request.body, nameOf(request.principal));
      if ("code" in result) return sendProblem(reply, result);
      request.audited = audited(result);
      return reply.code(201).send(result);
    },
  });

  route(app, {
    method: "DELETE",
    url: "/api/v1/devices/:id/mends/:mend",
    permission: "operator",
    audit: "mend.undo",
    showsSome: true,
    schema: {
      operationId: "undoMend",
      tags: ["Mends"],
      summary: "Takes a mend back: its readings are shown as if it had never been",
      params: MendParams,
      response: { 200: MendResult, ...errors },
    },
    handler: async (request, reply) => {
      const device = joinedDevice(registry, request.params.id, request.maySee);
      if (typeof device !== "string") return sendProblem(reply, device);
      const result = await mending.undo(device, request.params.mend);
      if ("code" in result) return sendProblem(reply, result);
      request.audited = audited(result);
      return result;
    },
  });
}

/** A device that has joined. */
function joinedDevice(registry: Registry, id: string, maySee: (device: string) => boolean): DeviceId | Problem {
  const device = parseDeviceId(id);
  const known = device === undefined || !maySee(device) ? undefined : registry.get(device);
  if (device === undefined || known === undefined) return noSuchDevice(id);
  if (known.joining === "approved") return device;
  return message(known.joining === "blocked" ? "not-joined/blocked" : "not-joined/waiting", { device });
}

function audited({ mend: { id, metric, from, to, least, greatest, repair }, readings }: MendResult) {
  return { mend: id, metric, from, to, least, greatest, ...repair, readings };
}
