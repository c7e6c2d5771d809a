// Commands over HTTP: for whoever gives them, and for a Pi that has nothing but HTTP, which asks for the next and waits.
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import { ApiError, CommandList, DeviceParams } from "../../shared/api.ts";
import { Command, CommandMessage, CommandReply, CommandRequest } from "../../shared/command.ts";
import { problem } from "../../shared/errors.ts";
import { parseDeviceId } from "../../shared/ids.ts";
import type { Clock } from "../clock.ts";
import type { Commands } from "../commands/commands.ts";
import { exactBody } from "./exact-body.ts";
import { sendProblem } from "./http-errors.ts";

const errors = { "4xx": ApiError, "5xx": ApiError };
const CommandParams = Type.Object({ id: Type.String() });
const TTL_SECONDS = 60;
const WAIT_SECONDS = 30;

export interface CommandRouteOptions {
  readonly commands: Commands;
  readonly clock: Clock;
}

export function addCommandRoutes(server: FastifyInstance, { commands, clock }: CommandRouteOptions): void {
  const app = server.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    "/api/v1/devices/:id/commands",
    {
      validatorCompiler: exactBody,
      schema: {
        summary: "Give a device a command",
        params: DeviceParams,
        body: CommandRequest,
        response: { 202: Command, ...errors },
      },
    },
    async (request, reply) => {
      const device = parseDeviceId(request.params.id);
      if (device === undefined) return sendProblem(reply, noSuchDevice(request.params.id));
      const { control, value = null, ttl = TTL_SECONDS } = request.body;
      const order = { device, control, value, ttlMs: Math.round(ttl * 1_000), by: "admin" };
      const issued = await commands.issue(order);
      return "code" in issued ? sendProblem(reply, issued) : reply.code(202).send(issued);
    },
  );

  app.get(
    "/api/v1/devices/:id/commands",
    {
      schema: {
        summary: "A device's commands, newest first",
        params: DeviceParams,
        response: { 200: CommandList, ...errors },
      },
    },
    async (request) => ({ commands: commands.list(request.params.id) }),
  );

  app.get(
    "/api/v1/commands/:id",
    { schema: { summary: "One command", params: CommandParams, response: { 200: Command, ...errors } } },
    async (request, reply) => commands.get(request.params.id) ?? sendProblem(reply, noSuchCommand),
  );

  app.get(
    "/api/v1/devices/:id/commands/next",
    {
      config: { open: true },
      schema: {
        summary: "For the device: its next command, as soon as there is one",
        params: DeviceParams,
        querystring: Type.Object({
          wait: Type.Optional(Type.Number({ minimum: 0, maximum: 60, default: WAIT_SECONDS, description: "seconds" })),
        }),
        response: { 200: CommandMessage, 204: Type.Null(), ...errors },
      },
    },
    async (request, reply) => {
      const device = parseDeviceId(request.params.id);
      if (device === undefined) return sendProblem(reply, noSuchDevice(request.params.id));
      const { wait = WAIT_SECONDS } = request.query;
      const next = await nextCommand(reply, (channel) => commands.attach(device, channel), wait * 1_000, clock);
      return next === null ? reply.code(204).send(null) : reply.send(next);
    },
  );

  app.post(
    "/api/v1/commands/:id/reply",
    {
      config: { open: true },
      validatorCompiler: exactBody,
      schema: {
        summary: "For the device: what became of a command",
        params: CommandParams,
        body: Type.Omit(CommandReply, ["id"]),
        response: { 200: Command, ...errors },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await commands.replied(null, { id, ...request.body });
      return commands.get(id) ?? sendProblem(reply, noSuchCommand);
    },
  );
}

/** The next command, or null when the time is up or the one who asked has gone. */
function nextCommand(
  reply: FastifyReply,
  attach: (channel: Parameters<Commands["attach"]>[1]) => () => void,
  waitMs: number,
  clock: Clock,
): Promise<CommandMessage | null> {
  return new Promise((resolve) => {
    const finish = (message: CommandMessage | null) => {
      detach();
      endTimer();
      resolve(message);
    };
    const endTimer = clock.every(Math.max(1, waitMs), () => finish(null));
    reply.raw.once("close", () => finish(null));
    const detach = attach({
      deliver: (message) =>
        new Promise((delivered, failed) => {
          // One answer holds one command.
          finish(message);
          reply.raw.once("finish", () => delivered(true));
          reply.raw.once("close", () => failed(new Error("the request ended")));
        }),
    });
  });
}

const noSuchCommand = problem("no-such-command", "There is no such command, or it is long past.");

function noSuchDevice(id: string) {
  return problem("no-such-device", `There is no device “${id.slice(0, 80)}”.`);
}
