// Removes a device after a minute, in which that can be cancelled.
import type { FastifyInstance } from "fastify";
import { DeviceParams } from "../../../../../shared/api.ts";
import { Device } from "../../../../../shared/device.ts";
import type { DelayedRemovals } from "../../../../devices/delayed-removals.ts";
import type { Log } from "../../../../observe/log/log.ts";
import { acceptNoBody } from "../../body/exact-body.ts";
import { sendProblem } from "../../errors.ts";
import { errors, route } from "../../route.ts";

export interface RemovalRouteOptions {
  readonly removals: Pick<DelayedRemovals, "begin" | "keep">;
  readonly log: Log;
}

const schema = {
  tags: ["Devices"],
  params: DeviceParams,
  response: { 200: Device, ...errors },
};
const url = "/api/v1/devices/:id/removal";

export function addRemovalRoutes(server: FastifyInstance, { removals, log }: RemovalRouteOptions): void {
  server.register(async (app) => {
    acceptNoBody(app);

    route(app, {
      method: "POST",
      url,
      permission: "admin",
      audit: "device.remove",
      schema: {
        ...schema,
        operationId: "removeDeviceLater",
        summary: "Removes a device with its history in a minute, unless that is taken back",
        description:
          "Until then it goes on as before; `removal.dueMs` says when it goes. If it sends again, it is unknown.",
      },
      handler: async (request, reply) => {
        const device = await removals.begin(request.params.id);
        if ("code" in device) return sendProblem(reply, device);
        log.info({ deviceId: device.id }, "device is removed in a minute");
        return device;
      },
    });

    route(app, {
      method: "DELETE",
      url,
      permission: "admin",
      audit: "device.keep",
      schema: { ...schema, operationId: "keepDevice", summary: "Keeps a device that is about to be removed" },
      handler: async (request, reply) => {
        const device = await removals.keep(request.params.id);
        if ("code" in device) return sendProblem(reply, device);
        log.info({ deviceId: device.id }, "device is kept");
        return device;
      },
    });
  });
}
