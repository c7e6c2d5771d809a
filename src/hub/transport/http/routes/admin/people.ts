// People who may sign in, the settings of access, and the audit log.
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { message } from "../../../../../shared/messages/message.ts";
import {
  AccessChanges,
  AccessSettings,
  AuditPage,
  AuditQuery,
  NewPerson,
  Person,
  PersonChanges,
  PersonList,
} from "../../../../../shared/security/access.ts";
import { TrialQuery } from "../../../../../shared/settings/hub-settings.ts";
import type { Access } from "../../../../access/access.ts";
import type { Administration } from "../../../../settings/administration.ts";
import { acceptNoBody, exactBody } from "../../body/exact-body.ts";
import { sendProblem } from "../../errors.ts";
import { quoted } from "../../query/query-check.ts";
import { parseRange } from "../../query/selection.ts";
import { errors, route } from "../../route.ts";

const NameParams = Type.Object({ name: Type.String() });
const tags = ["Access"];

export interface PeopleRouteOptions {
  readonly access: Pick<Access, "people" | "settings" | "audit">;
  readonly administration: Pick<Administration, "trial">;
}

export function addPeopleRoutes(app: FastifyInstance, options: PeopleRouteOptions): void {
  app.register(async (scope) => {
    acceptNoBody(scope);
    addPersonRoutes(scope, options);
    addAccessRoutes(scope, options);
    addAuditRoute(scope, options);
  });
}

function addPersonRoutes(app: FastifyInstance, { access: { people } }: PeopleRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/people",
    permission: "admin",
    audit: null,
    schema: { operationId: "listPeople", tags, summary: "Who may sign in", response: { 200: PersonList, ...errors } },
    handler: async () => ({ people: people.list() }),
  });

  route(app, {
    method: "POST",
    url: "/api/v1/people",
    permission: "admin",
    audit: "person.add",
    validatorCompiler: exactBody,
    schema: {
      operationId: "addPerson",
      tags,
      summary: "Lets a person sign in",
      body: NewPerson,
      response: { 201: Person, ...errors },
    },
    handler: async (request, reply) => {
      const { name, role, rooms } = request.body;
      request.audited = { subject: name, role, ...(rooms && { rooms }) };
      const added = await people.add(request.body);
      return "code" in added ? sendProblem(reply, added) : reply.code(201).send(added);
    },
  });

  route(app, {
    method: "PATCH",
    url: "/api/v1/people/:name",
    permission: "admin",
    audit: "person.change",
    validatorCompiler: exactBody,
    schema: {
      operationId: "changePerson",
      tags,
      summary: "Changes what a person may do, or their password, and ends their sessions",
      params: NameParams,
      body: PersonChanges,
      response: { 200: Person, ...errors },
    },
    handler: async (request, reply) => {
      const { role, rooms, password } = request.body;
      request.audited = {
        ...(role && { role }),
        ...(rooms !== undefined && { rooms }),
        password: password !== undefined,
      };
      const changed = await people.change(request.params.name, request.body);
      return "code" in changed ? sendProblem(reply, changed) : changed;
    },
  });

  route(app, {
    method: "DELETE",
    url: "/api/v1/people/:name",
    permission: "admin",
    audit: "person.remove",
    schema: {
      operationId: "removePerson",
      tags,
      summary: "Lets a person in no more, and ends their sessions",
      params: NameParams,
      response: { 204: Type.Null(), ...errors },
    },
    handler: async (request, reply) => {
      const refused = await people.remove(request.params.name);
      return refused === null ? reply.code(204).send(null) : sendProblem(reply, refused);
    },
  });
}

function addAccessRoutes(app: FastifyInstance, { access: { settings }, administration }: PeopleRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/access",
    permission: "admin",
    audit: null,
    schema: {
      operationId: "getAccess",
      tags,
      summary: "How clients come in",
      response: { 200: AccessSettings, ...errors },
    },
    handler: async () => settings.show(),
  });

  route(app, {
    method: "PATCH",
    url: "/api/v1/access",
    permission: "admin",
    audit: "access.change",
    validatorCompiler: exactBody,
    schema: {
      operationId: "changeAccess",
      tags,
      summary: "Changes how clients come in, at once",
      querystring: TrialQuery,
      body: AccessChanges,
      response: { 200: AccessSettings, ...errors },
    },
    handler: async (request, reply) => {
      const { body, query } = request;
      request.audited = { ...body };
      const change = () => settings.change(body);
      const refused = await administration.trial.attempt("access", settings.before(body), query.undoAfter, change);
      return refused === null ? settings.show() : sendProblem(reply, refused);
    },
  });
}

function addAuditRoute(app: FastifyInstance, { access: { audit } }: PeopleRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/audit",
    permission: "admin",
    audit: null,
    schema: {
      operationId: "listAudit",
      tags,
      summary: "Who did what, newest first",
      querystring: AuditQuery,
      response: { 200: AuditPage, ...errors },
    },
    handler: async (request, reply) => {
      const { actor, action, subject, outcome, limit = 1_000, cursor = null } = request.query;
      const range = parseRange(request.query, 0, Number.MAX_SAFE_INTEGER);
      if ("code" in range) return sendProblem(reply, range);
      if (cursor !== null && !/^\d{1,15}$/.test(cursor))
        return sendProblem(reply, message("bad-request/cursor", { field: "cursor", value: quoted(cursor) }));
      const filter = { actor, action, subject, outcome, ...range };
      return audit.page({ limit, after: cursor, filter });
    },
  });
}
