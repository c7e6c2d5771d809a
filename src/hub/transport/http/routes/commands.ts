// Commands over HTTP: people issue them, and a Pi that has nothing but HTTP long-polls for its next one.
import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import { CommandList, DeviceParams } from "../../../../shared/api.ts";
import { Command, CommandMessage, CommandReply, CommandRequest } from "../../../../shared/controls/command.ts";
import { type DeviceId, parseDeviceId } from "../../../../shared/ids.ts";
import { message } from "../../../../shared/messages/message.ts";
import type { Access } from "../../../access/access.ts";
import { nameOf } from "../../../access/principal.ts";
import type { Clock } from "../../../clock.ts";
import type { CommandChannel } from "../../../commands/channels.ts";
import type { Commands } from "../../../commands/commands.ts";
import { noSuchDevice } from "../../../devices/registry.ts";
import { refuseDevice } from "../access-check.ts";
import { exactBody } from "../body/exact-body.ts";
import { sendProblem } from "../errors.ts";
import { errors, route } from "../route.ts";

const CommandParams = Type.Object({ id: Type.String() });
const DEFAULT_TTL_SECONDS = 60;
const DEFAULT_WAIT_SECONDS = 30;
/** A device needs one. Over the limit the oldest is answered without a command: its connection may be dead. */
const MAX_WAITING_REQUESTS_PER_DEVICE = 4;

export interface CommandRouteOptions {
  readonly access: Pick<Access, "devices" | "connections" | "lockOut" | "audit">;
  readonly commands: Commands;
  readonly clock: Clock;
}

export function addCommandRoutes(app: FastifyInstance, options: CommandRouteOptions): void {
  addIssueRoute(app, options);
  addHistoryRoutes(app, options);
  addNextCommandRoute(app, options);
  addReplyRoute(app, options);
}

function addIssueRoute(app: FastifyInstance, { commands }: CommandRouteOptions): void {
  route(app, {
    method: "POST",
    url: "/api/v1/devices/:id/commands",
    permission: "operator",
    audit: "command.issue",
    showsSome: true,
    validatorCompiler: exactBody,
    schema: {
      operationId: "sendCommand",
      tags: ["Commands"],
      summary: "Give a device a command",
      params: DeviceParams,
      body: CommandRequest,
      response: { 202: Command, ...errors },
    },
    handler: async (request, reply) => {
      const device = parseDeviceId(request.params.id);
      if (device === undefined || !request.maySee(device)) return sendProblem(reply, noSuchDevice(request.params.id));
      const { control, value = null, ttl = DEFAULT_TTL_SECONDS } = request.body;
      request.audited = { control, value };
      const order = { device, control, value, ttlMs: Math.round(ttl * 1_000), by: nameOf(request.principal) };
      const issued = await commands.issue(order);
      return "code" in issued ? sendProblem(reply, issued) : reply.code(202).send(issued);
    },
  });
}

function addHistoryRoutes(app: FastifyInstance, { commands }: CommandRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/devices/:id/commands",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "listCommands",
      tags: ["Commands"],
      summary: "A device's commands, newest first",
      params: DeviceParams,
      response: { 200: CommandList, ...errors },
    },
    handler: async ({ params: { id }, maySee }) => ({ commands: maySee(id) ? commands.list(id) : [] }),
  });

  route(app, {
    method: "GET",
    url: "/api/v1/commands/:id",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "getCommand",
      tags: ["Commands"],
      summary: "One command",
      params: CommandParams,
      response: { 200: Command, ...errors },
    },
    handler: async (request, reply) => {
      const command = commands.get(request.params.id);
      return command !== undefined && request.maySee(command.device) ? command : sendProblem(reply, noSuchCommand);
    },
  });
}

function addNextCommandRoute(app: FastifyInstance, { access, commands, clock }: CommandRouteOptions): void {
  const waiting = new WaitingRequests();

  route(app, {
    method: "GET",
    url: "/api/v1/devices/:id/commands/next",
    permission: "device",
    audit: null,
    schema: {
      operationId: "nextCommand",
      tags: ["For devices"],
      summary: "For the device: its next command, as soon as there is one",
      params: DeviceParams,
      querystring: Type.Object({
        wait: Type.Optional(
          Type.Number({ minimum: 0, maximum: 60, default: DEFAULT_WAIT_SECONDS, description: "seconds" }),
        ),
      }),
      response: { 200: CommandMessage, 204: Type.Null(), ...errors },
    },
    handler: async (request, reply) => {
      const device = parseDeviceId(request.params.id);
      if (device === undefined) return sendProblem(reply, noSuchDevice(request.params.id));
      const { principal } = request;
      const denialOf = () => access.devices.denialFor(principal, device);
      const denial = denialOf();
      if (denial !== null) return refuseDevice(access, request, reply, denial);
      // A HEAD request would consume the command without its body.
      if (request.method === "HEAD") return reply.code(204).send(null);
      const { wait = DEFAULT_WAIT_SECONDS } = request.query;
      const attach = (channel: CommandChannel) => commands.attach(device, channel);
      const next = await nextCommand(reply, {
        attach,
        waitMs: wait * 1_000,
        clock,
        enter: (end) => {
          const leave = waiting.enter(device, end);
          const endTracking = access.connections.add({ principal, isAllowed: () => denialOf() === null, close: end });
          return () => {
            leave();
            endTracking();
          };
        },
      });
      return next === null ? reply.code(204).send(null) : reply.send(next);
    },
  });
}

function addReplyRoute(app: FastifyInstance, { access, commands }: CommandRouteOptions): void {
  route(app, {
    method: "POST",
    url: "/api/v1/commands/:id/reply",
    permission: "device",
    audit: null,
    validatorCompiler: exactBody,
    schema: {
      operationId: "replyToCommand",
      tags: ["For devices"],
      summary: "For the device: what became of a command",
      params: CommandParams,
      body: Type.Omit(CommandReply, ["id"]),
      response: { 200: Command, ...errors },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const command = commands.get(id);
      if (command === undefined) return sendProblem(reply, noSuchCommand);
      const device = parseDeviceId(command.device);
      const denial = device && access.devices.denialFor(request.principal, device);
      if (denial) return refuseDevice(access, request, reply, denial);
      await commands.replied(null, { id, ...request.body });
      return commands.get(id) ?? sendProblem(reply, noSuchCommand);
    },
  });
}

/** By device: requests that wait for its next command, the oldest first. */
class WaitingRequests {
  readonly #byDevice = new Map<DeviceId, Set<() => void>>();

  /** `end` answers the request without a command where too many wait. Call the returned function once it is answered. */
  enter(device: DeviceId, end: () => void): () => void {
    const ends = this.#byDevice.get(device) ?? new Set();
    this.#byDevice.set(device, ends.add(end));
    const [oldest] = ends;
    if (ends.size > MAX_WAITING_REQUESTS_PER_DEVICE) oldest?.();
    return () => {
      ends.delete(end);
      if (ends.size === 0) this.#byDevice.delete(device);
    };
  }
}

interface NextCommandOptions {
  readonly attach: (channel: CommandChannel) => () => void;
  readonly waitMs: number;
  readonly clock: Clock;
  /** Counts the request among those that wait; `end` is called where there are too many. */
  readonly enter: (end: () => void) => () => void;
}

/** The next command, or null when the time is up, too many wait, or the client has closed its side of the connection. */
function nextCommand(
  reply: FastifyReply,
  { attach, waitMs, clock, enter }: NextCommandOptions,
): Promise<CommandMessage | null> {
  const { socket } = reply.request.raw;
  return new Promise((resolve) => {
    const finish = (next: CommandMessage | null) => {
      detach();
      endTimer();
      leave();
      socket.off("end", end);
      resolve(next);
    };
    const end = () => finish(null);
    // A client that was gone before its request came this far: its connection does not close once more.
    if (socket.destroyed) {
      resolve(null);
      return;
    }
    const endTimer = clock.every(Math.max(1, waitMs), end);
    reply.raw.once("close", end);
    socket.once("end", end);
    const leave = enter(end);
    const detach = attach({
      deliver: (next) =>
        new Promise((delivered, failed) => {
          // One answer holds one command.
          finish(next);
          reply.raw.once("finish", () => delivered(true));
          reply.raw.once("close", () => failed(new Error("the request ended")));
        }),
    });
    // A client that had closed its side before still gets a command that waits for it: by now it is being sent.
    if (socket.readableEnded) queueMicrotask(end);
  });
}

const noSuchCommand = message("no-such-command");
