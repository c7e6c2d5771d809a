// Keys of devices and programs, and links that share a device.
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { DeviceParams } from "../../../../../shared/api.ts";
import type { Problem } from "../../../../../shared/errors.ts";
import { parseDeviceId } from "../../../../../shared/ids.ts";
import { message } from "../../../../../shared/messages/message.ts";
import {
  ApiKeyList,
  DeviceKeyList,
  KeyAcceptance,
  NewApiKey,
  NewApiKeyRequest,
  NewDeviceKey,
  NewShare,
  NewShareRequest,
  ShareList,
} from "../../../../../shared/security/access.ts";
import type { Access } from "../../../../access/access.ts";
import type { ShareSubject } from "../../../../access/accounts/shares.ts";
import { nameOf } from "../../../../access/principal.ts";
import { noSuchDevice, type Registry } from "../../../../devices/registry.ts";
import type { RecordStore } from "../../../../store/records.ts";
import { SavedViews } from "../../../../views/saved-views.ts";
import { acceptNoBody, exactBody } from "../../body/exact-body.ts";
import { sendProblem } from "../../errors.ts";
import { quoted } from "../../query/query-check.ts";
import { errors, route } from "../../route.ts";

const IdParams = Type.Object({ id: Type.String() });
const tags = ["Access"];

export interface KeyRouteOptions {
  readonly access: Access;
  readonly registry: Pick<Registry, "get">;
  readonly records: Pick<RecordStore, "collection">;
}

export function addKeyRoutes(app: FastifyInstance, options: KeyRouteOptions): void {
  app.register(async (scope) => {
    acceptNoBody(scope);
    addDeviceKeyRoutes(scope, options);
    addKeyDecisionRoutes(scope, options);
    addApiKeyRoutes(scope, options);
    addShareRoutes(scope, options);
  });
}

function addDeviceKeyRoutes(app: FastifyInstance, { access: { deviceKeys } }: KeyRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/device-keys",
    permission: "admin",
    audit: null,
    schema: {
      operationId: "listDeviceKeys",
      tags,
      summary: "Keys of devices",
      response: { 200: DeviceKeyList, ...errors },
    },
    handler: async () => ({ keys: deviceKeys.list() }),
  });

  route(app, {
    method: "POST",
    url: "/api/v1/devices/:id/key",
    permission: "admin",
    audit: "key.create",
    schema: {
      operationId: "createDeviceKey",
      tags,
      summary:
        "Makes a device a key, in the place of the one that it has; a device that is not known yet joins with it at once",
      params: DeviceParams,
      response: { 201: NewDeviceKey, ...errors },
    },
    handler: async (request, reply) => {
      const device = parseDeviceId(request.params.id);
      if (device === undefined)
        return sendProblem(reply, message("bad-device-id/request", { field: "id", value: quoted(request.params.id) }));
      return reply.code(201).send(await deviceKeys.create(device));
    },
  });
}

/** A key that a device offered is accepted; the one that it has is revoked. */
function addKeyDecisionRoutes(app: FastifyInstance, { access: { deviceKeys } }: KeyRouteOptions): void {
  route(app, {
    method: "POST",
    url: "/api/v1/devices/:id/key/accept",
    permission: "admin",
    audit: "key.accept",
    validatorCompiler: exactBody,
    schema: {
      operationId: "acceptDeviceKey",
      tags,
      summary: "Makes the key that a device has shown its key: `keyCode` is the code that was compared",
      params: DeviceParams,
      body: KeyAcceptance,
      response: { 204: Type.Null(), ...errors },
    },
    handler: async (request, reply) => {
      const device = parseDeviceId(request.params.id);
      if (device === undefined) return sendProblem(reply, noSuchDevice(request.params.id));
      const refused = await deviceKeys.accept(device, request.body.keyCode);
      return refused === null ? reply.code(204).send(null) : sendProblem(reply, refused);
    },
  });

  route(app, {
    method: "DELETE",
    url: "/api/v1/devices/:id/key",
    permission: "admin",
    audit: "key.revoke",
    schema: {
      operationId: "revokeDeviceKey",
      tags,
      summary: "Revokes a device's key, at once",
      params: DeviceParams,
      querystring: Type.Object({
        afterwards: Type.Optional(
          Type.Union([Type.Literal("closed"), Type.Literal("open")], {
            description: "closed: the device is refused until it has a new key; open: it needs none",
            default: "closed",
          }),
        ),
      }),
      response: { 204: Type.Null(), ...errors },
    },
    handler: async (request, reply) => {
      const device = parseDeviceId(request.params.id);
      if (device === undefined) return sendProblem(reply, noSuchDevice(request.params.id));
      const { afterwards = "closed" } = request.query;
      request.audited = { afterwards };
      const refused = await deviceKeys.revoke(device, afterwards);
      return refused === null ? reply.code(204).send(null) : sendProblem(reply, refused);
    },
  });
}

function addApiKeyRoutes(app: FastifyInstance, { access: { apiKeys } }: KeyRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/api-keys",
    permission: "admin",
    audit: null,
    schema: { operationId: "listApiKeys", tags, summary: "Keys of programs", response: { 200: ApiKeyList, ...errors } },
    handler: async () => ({ keys: apiKeys.list() }),
  });

  route(app, {
    method: "POST",
    url: "/api/v1/api-keys",
    permission: "admin",
    audit: "api-key.create",
    validatorCompiler: exactBody,
    schema: {
      operationId: "createApiKey",
      tags,
      summary: "Makes a key for a program",
      body: NewApiKeyRequest,
      response: { 201: NewApiKey, ...errors },
    },
    handler: async (request, reply) => {
      const { name, role, rooms } = request.body;
      request.audited = { subject: name, role, ...(rooms && { rooms }) };
      const made = await apiKeys.create(request.body, nameOf(request.principal));
      return "code" in made ? sendProblem(reply, made) : reply.code(201).send(made);
    },
  });

  route(app, {
    method: "DELETE",
    url: "/api/v1/api-keys/:id",
    permission: "admin",
    audit: "api-key.revoke",
    schema: {
      operationId: "revokeApiKey",
      tags,
      summary: "Revokes a program's key, at once",
      params: IdParams,
      response: { 204: Type.Null(), ...errors },
    },
    handler: async (request, reply) => {
      const refused = await apiKeys.revoke(request.params.id);
      return refused === null ? reply.code(204).send(null) : sendProblem(reply, refused);
    },
  });
}

function addShareRoutes(app: FastifyInstance, { access: { shares }, registry, records }: KeyRouteOptions): void {
  const views = new SavedViews(records);
  const subjectOf = async ({
    device: deviceText,
    view: viewId,
  }: Static<typeof NewShareRequest>): Promise<ShareSubject | Problem> => {
    if ((deviceText === undefined) === (viewId === undefined)) return message("bad-request/share");
    if (deviceText !== undefined) {
      const device = parseDeviceId(deviceText);
      return device === undefined || registry.get(device) === undefined ? noSuchDevice(deviceText) : { device };
    }
    const view = (await views.list()).find(({ id }) => id === viewId);
    if (view === undefined) return message("no-such-view", { id: viewId ?? "" });
    return { view: { id: view.id, devices: [...new Set(view.series.map(({ device }) => device))] } };
  };

  route(app, {
    method: "GET",
    url: "/api/v1/shares",
    permission: "admin",
    audit: null,
    schema: {
      operationId: "listShares",
      tags,
      summary: "Links that share a device or a named comparison",
      response: { 200: ShareList, ...errors },
    },
    handler: async () => ({ shares: shares.list() }),
  });

  route(app, {
    method: "POST",
    url: "/api/v1/shares",
    permission: "admin",
    audit: "share.create",
    validatorCompiler: exactBody,
    schema: {
      operationId: "createShare",
      tags,
      summary: "Makes a link that shows one device, or a named comparison, to whoever has it: http://hub/#share=SECRET",
      body: NewShareRequest,
      response: { 201: NewShare, ...errors },
    },
    handler: async (request, reply) => {
      const subject = await subjectOf(request.body);
      if ("code" in subject) return sendProblem(reply, subject);
      request.audited = { subject: "device" in subject ? subject.device : subject.view.id };
      const made = await shares.create(subject, request.body.expiresInDays, nameOf(request.principal));
      return "code" in made ? sendProblem(reply, made) : reply.code(201).send(made);
    },
  });

  route(app, {
    method: "DELETE",
    url: "/api/v1/shares/:id",
    permission: "admin",
    audit: "share.revoke",
    schema: {
      operationId: "revokeShare",
      tags,
      summary: "Revokes a link, at once",
      params: IdParams,
      response: { 204: Type.Null(), ...errors },
    },
    handler: async (request, reply) => {
      const refused = await shares.revoke(request.params.id);
      return refused === null ? reply.code(204).send(null) : sendProblem(reply, refused);
    },
  });
}
