// People's decisions about a device: its settings, joining, merging and removal.
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { DeviceParams } from "../../../../shared/api.ts";
import { Device, DeviceChanges, DeviceMerge } from "../../../../shared/device.ts";
import type { Problem } from "../../../../shared/errors.ts";
import { parseDeviceId } from "../../../../shared/ids.ts";
import { message } from "../../../../shared/messages/message.ts";
import { Approval } from "../../../../shared/security/access.ts";
import type { Access } from "../../../access/access.ts";
import type { Registry } from "../../../devices/registry.ts";
import { parseChanges } from "../../../devices/state/overrides.ts";
import type { Log } from "../../../observe/log/log.ts";
import { deviceTopics } from "../../../protocols/protocols.ts";
import { acceptNoBody, exactBody } from "../body/exact-body.ts";
import { sendProblem } from "../errors.ts";
import { errors, route } from "../route.ts";

export interface DeviceRouteOptions {
  readonly access: Pick<Access, "deviceKeys">;
  readonly registry: Registry;
  readonly log: Log;
}

const answers = { 200: Device, ...errors };

export function addDeviceRoutes(server: FastifyInstance, options: DeviceRouteOptions): void {
  server.register(async (app) => {
    acceptNoBody(app);
    addChangeRoute(app, options);
    addRemoveRoutes(app, options);
    addJoiningRoutes(app, options);
  });
}

function addChangeRoute(app: FastifyInstance, { registry }: DeviceRouteOptions): void {
  route(app, {
    method: "PATCH",
    url: "/api/v1/devices/:id",
    permission: "admin",
    audit: "device.change",
    schema: {
      operationId: "changeDevice",
      tags: ["Devices"],
      summary: "Changes what people say of a device: null takes a field away",
      params: DeviceParams,
      body: DeviceChanges,
      response: answers,
    },
    // The server's own validator coerces wrong values: null into a text, for one.
    validatorCompiler: () => () => true,
    handler: async (request, reply) => {
      const changes = parseChanges(request.body, deviceTopics);
      if ("code" in changes) return sendProblem(reply, changes);
      request.audited = { fields: Object.keys(changes) };
      const device = await registry.edit(request.params.id, changes);
      return "code" in device ? sendProblem(reply, device) : device;
    },
  });
}

function addRemoveRoutes(app: FastifyInstance, { registry, log }: DeviceRouteOptions): void {
  route(app, {
    method: "DELETE",
    url: "/api/v1/devices/:id",
    permission: "admin",
    audit: "device.remove",
    schema: {
      operationId: "removeDevice",
      tags: ["Devices"],
      summary: "Removes a device with its history, for ever; if it sends again, it is unknown",
      params: DeviceParams,
      response: { 204: Type.Null(), ...errors },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const refused = await registry.remove(id);
      if (refused !== null) return sendProblem(reply, refused);
      log.info({ deviceId: id }, "device removed");
      return reply.code(204).send(null);
    },
  });

  route(app, {
    method: "POST",
    url: "/api/v1/devices/:id/merge",
    permission: "admin",
    audit: "device.merge",
    schema: {
      operationId: "mergeDevice",
      tags: ["Devices"],
      summary: "Makes a device part of another, with its history; answers with that one",
      description:
        "Where both have a reading of a metric at the same time, or a name, room or text, the other's stays.",
      params: DeviceParams,
      body: DeviceMerge,
      response: answers,
    },
    validatorCompiler: exactBody,
    handler: async (request, reply) => {
      const { id } = request.params;
      request.audited = { into: request.body.into };
      const device = await registry.merge(id, request.body.into);
      if ("code" in device) return sendProblem(reply, device);
      log.info({ deviceId: id, into: device.id }, "device became part of another");
      return device;
    },
  });
}

function addJoiningRoutes(app: FastifyInstance, { access, registry, log }: DeviceRouteOptions): void {
  /** Approval pins the key that the device presented; `keyCode` is the code that the person compared, where they did. */
  const acceptOfferedKey = async (id: string, keyCode: string | undefined): Promise<Problem | null> => {
    const device = parseDeviceId(id);
    const offer = device && access.deviceKeys.offerOf(device);
    if (device === undefined || offer === undefined)
      return keyCode === undefined ? null : message("no-such-key/none-offered", { device: id });
    return access.deviceKeys.accept(device, keyCode ?? offer.code);
  };

  route(app, {
    method: "POST",
    url: "/api/v1/devices/:id/approve",
    permission: "admin",
    audit: "device.approve",
    schema: {
      operationId: "approveDevice",
      tags: ["Devices"],
      summary: "Lets a device join, with what it sent meanwhile",
      description:
        "`keyCode` is the code of the key that the device has shown and that was compared: it becomes its key.",
      params: DeviceParams,
      body: Type.Union([Approval, Type.Null()]),
      response: answers,
    },
    validatorCompiler: exactBody,
    handler: async (request, reply) => {
      const refused = await acceptOfferedKey(request.params.id, request.body?.keyCode);
      if (refused !== null) return sendProblem(reply, refused);
      const device = await registry.approve(request.params.id);
      if ("code" in device) return sendProblem(reply, device);
      log.info({ deviceId: device.id }, "device approved");
      return device;
    },
  });

  route(app, {
    method: "POST",
    url: "/api/v1/devices/:id/block",
    permission: "admin",
    audit: "device.block",
    schema: {
      operationId: "blockDevice",
      tags: ["Devices"],
      summary: "Refuses a device from now on",
      params: DeviceParams,
      response: answers,
    },
    handler: async (request, reply) => {
      const device = await registry.block(request.params.id);
      if ("code" in device) return sendProblem(reply, device);
      log.info({ deviceId: device.id }, "device blocked");
      return device;
    },
  });
}
