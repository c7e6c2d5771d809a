// Lists connected MQTT clients, and disconnects one.
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { message } from "../../../../../shared/messages/message.ts";
import { MqttClientList } from "../../../../../shared/mqtt/mqtt-clients.ts";
import { sendProblem } from "../../errors.ts";
import { errors, route } from "../../route.ts";

export interface MqttClientRouteOptions {
  readonly mqttClients: {
    list(): MqttClientList;
    /** False where no such client is connected. */
    disconnect(clientId: string): boolean;
  };
}

export function addMqttClientRoutes(app: FastifyInstance, { mqttClients }: MqttClientRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/clients",
    permission: "admin",
    audit: null,
    schema: {
      operationId: "getMqttClients",
      tags: ["Hub"],
      summary: "Who is connected over MQTT: version, address, subscriptions, rates and queue",
      response: { 200: MqttClientList, ...errors },
    },
    handler: async () => mqttClients.list(),
  });

  route(app, {
    method: "DELETE",
    url: "/api/v1/clients/:id",
    permission: "admin",
    audit: "client.disconnect",
    schema: {
      operationId: "disconnectMqttClient",
      tags: ["Hub"],
      summary: "Disconnects a client; it may connect again",
      params: Type.Object({ id: Type.String() }),
      response: { 204: Type.Null(), ...errors },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      return mqttClients.disconnect(id)
        ? reply.code(204).send(null)
        : sendProblem(reply, message("no-such-client", { id }));
    },
  });
}
