// The hub itself for administrators: its name and how it is advertised, how its data grows, its set-up as a file, and changes
// of the network that are on trial.
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { message } from "../../../../../shared/messages/message.ts";
import {
  HubSettings,
  HubSettingsChanges,
  StorageStatus,
  TrialQuery,
  TrialStatus,
} from "../../../../../shared/settings/hub-settings.ts";
import { SetUpFile, SetUpOutcome } from "../../../../../shared/settings/set-up.ts";
import type { Access } from "../../../../access/access.ts";
import { isLoopback } from "../../../../access/networks.ts";
import type { Administration } from "../../../../settings/administration.ts";
import type { Tls } from "../../../tls/tls.ts";
import { acceptNoBody, exactBody } from "../../body/exact-body.ts";
import { sendProblem } from "../../errors.ts";
import { errors, route } from "../../route.ts";

const tags = ["Hub"];

export interface HubSettingsRouteOptions {
  readonly administration: Administration;
  readonly access: Pick<Access, "networks">;
  readonly tls?: Pick<Tls, "isPlainClosed">;
}

export function addHubSettingsRoutes(app: FastifyInstance, options: HubSettingsRouteOptions): void {
  addSettingsRoutes(app, options);
  addSetUpRoutes(app, options);
  addTrialRoutes(app, options);
}

function addSettingsRoutes(app: FastifyInstance, { administration }: HubSettingsRouteOptions): void {
  const { preferences, growth } = administration;

  route(app, {
    method: "GET",
    url: "/api/v1/settings",
    permission: "admin",
    audit: null,
    schema: {
      operationId: "getSettings",
      tags,
      summary: "What people set of the hub itself",
      response: { 200: HubSettings, ...errors },
    },
    handler: async () => administration.settings(),
  });

  route(app, {
    method: "PATCH",
    url: "/api/v1/settings",
    permission: "admin",
    audit: "hub.settings",
    validatorCompiler: exactBody,
    schema: {
      operationId: "changeSettings",
      tags,
      summary: "Names the hub, and says whether and as what it is advertised; in force when it is answered",
      body: HubSettingsChanges,
      response: { 200: HubSettings, ...errors },
    },
    handler: async (request, reply) => {
      request.audited = request.body;
      const problem = await preferences.change(request.body);
      return problem === null ? administration.settings() : sendProblem(reply, problem);
    },
  });

  route(app, {
    method: "GET",
    url: "/api/v1/storage",
    permission: "admin",
    audit: null,
    schema: {
      operationId: "getStorage",
      tags,
      summary: "How much is stored, and how fast it grows",
      response: { 200: StorageStatus, ...errors },
    },
    handler: () => growth.status(),
  });
}

function addSetUpRoutes(app: FastifyInstance, { administration: { setUp } }: HubSettingsRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/set-up",
    permission: "admin",
    audit: "set-up.export",
    schema: {
      operationId: "exportSetUp",
      tags,
      summary:
        "The set-up as a file: devices’ names, rooms and units, views, retention, networks; no history, no secrets",
      response: { 200: SetUpFile, ...errors },
    },
    handler: () => setUp.export(),
  });

  route(app, {
    method: "PUT",
    url: "/api/v1/set-up",
    permission: "admin",
    audit: "set-up.apply",
    validatorCompiler: exactBody,
    schema: {
      operationId: "applySetUp",
      tags,
      summary: "Applies a set-up, and says what that changes; what it leaves out stays as it is",
      querystring: Type.Object({
        ...TrialQuery.properties,
        dryRun: Type.Optional(Type.Literal("true", { description: "changes nothing, and says what would be changed" })),
      }),
      body: SetUpFile,
      response: { 200: SetUpOutcome, ...errors },
    },
    handler: async (request, reply) => {
      const { body, query } = request;
      const isDryRun = query.dryRun !== undefined;
      const outcome = await setUp.apply(body, isDryRun, query.undoAfter);
      if ("code" in outcome) return sendProblem(reply, outcome);
      request.audited = { dryRun: isDryRun, changes: outcome.changes.length };
      return outcome;
    },
  });
}

function addTrialRoutes(
  app: FastifyInstance,
  { administration: { trial }, access, tls }: HubSettingsRouteOptions,
): void {
  /** An old connection may outlive the change that cuts its client off. */
  const stillHasAccess = ({ ip, client }: FastifyRequest) =>
    access.networks.allows(ip) && (isLoopback(ip) || client.isSecure || tls?.isPlainClosed !== true);

  app.register(async (scope) => {
    acceptNoBody(scope);

    route(scope, {
      method: "GET",
      url: "/api/v1/trial",
      permission: "admin",
      audit: null,
      schema: {
        operationId: "getTrial",
        tags,
        summary: "The change of the network that undoes itself soon, if there is one",
        response: { 200: TrialStatus, ...errors },
      },
      handler: async () => trial.status,
    });

    route(scope, {
      method: "POST",
      url: "/api/v1/trial/keep",
      permission: "admin",
      audit: "trial.keep",
      schema: {
        operationId: "keepTrial",
        tags,
        summary: "Keeps the change: whoever asks comes in as before",
        response: { 200: TrialStatus, ...errors },
      },
      handler: async (request, reply) => {
        if (!stillHasAccess(request)) return sendProblem(reply, message("cut-off"));
        await trial.keep();
        return trial.status;
      },
    });

    route(scope, {
      method: "POST",
      url: "/api/v1/trial/undo",
      permission: "admin",
      audit: "trial.undo",
      schema: {
        operationId: "undoTrial",
        tags,
        summary: "Undoes the change now",
        response: { 200: TrialStatus, ...errors },
      },
      handler: async () => {
        await trial.undo();
        return trial.status;
      },
    });
  });
}
