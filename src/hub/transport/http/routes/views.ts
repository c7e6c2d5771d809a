// Comparisons that people named, for all who may see their devices.
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { SavedView, ViewList, ViewRequest } from "../../../../shared/history/saved-view.ts";
import type { Access } from "../../../access/access.ts";
import type { RecordStore } from "../../../store/records.ts";
import { SavedViews } from "../../../views/saved-views.ts";
import { exactBody } from "../body/exact-body.ts";
import { sendProblem } from "../errors.ts";
import { errors, route } from "../route.ts";

export interface ViewRouteOptions {
  readonly records: Pick<RecordStore, "collection">;
  readonly access: Pick<Access, "shares">;
}

const ViewParams = Type.Object({ id: Type.String() });
const NewViewParams = Type.Object({ id: Type.String({ maxLength: 64, pattern: "^[A-Za-z0-9-]+$" }) });

export function addViewRoutes(app: FastifyInstance, { records, access: { shares } }: ViewRouteOptions): void {
  const views = new SavedViews(records);

  route(app, {
    method: "GET",
    url: "/api/v1/views",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "listViews",
      tags: ["Views"],
      summary: "Comparisons that people named",
      response: { 200: ViewList, ...errors },
    },
    handler: async ({ maySee, principal }) => {
      const all = await views.list();
      const shared = principal.kind === "share" ? shares.get(principal.id)?.view : undefined;
      const isShown = ({ id, series }: SavedView) =>
        series.every(({ device }) => maySee(device)) && (shared === undefined || id === shared);
      return { views: all.filter(isShown) };
    },
  });

  route(app, {
    method: "POST",
    url: "/api/v1/views",
    permission: "operator",
    audit: "view.save",
    validatorCompiler: exactBody,
    schema: {
      operationId: "saveView",
      tags: ["Views"],
      summary: "Names a comparison",
      body: ViewRequest,
      response: { 201: SavedView, ...errors },
    },
    handler: async (request, reply) => {
      request.audited = { name: request.body.name };
      const view = await views.add(request.body);
      return "code" in view ? sendProblem(reply, view) : reply.code(201).send(view);
    },
  });

  route(app, {
    method: "PUT",
    url: "/api/v1/views/:id",
    permission: "operator",
    audit: "view.save",
    validatorCompiler: exactBody,
    schema: {
      operationId: "putView",
      tags: ["Views"],
      summary: "Replaces a named comparison, or brings back one that was forgotten",
      params: NewViewParams,
      body: ViewRequest,
      response: { 200: SavedView, ...errors },
    },
    handler: async (request, reply) => {
      request.audited = { name: request.body.name };
      const view = { ...request.body, id: request.params.id };
      const problem = await views.put(view);
      return problem === null ? view : sendProblem(reply, problem);
    },
  });

  route(app, {
    method: "DELETE",
    url: "/api/v1/views/:id",
    permission: "operator",
    audit: "view.remove",
    schema: {
      operationId: "removeView",
      tags: ["Views"],
      summary: "Forgets a named comparison",
      params: ViewParams,
      response: { 204: Type.Null(), ...errors },
    },
    handler: async (request, reply) => {
      await views.remove(request.params.id);
      await shares.forgetView(request.params.id);
      return reply.code(204).send(null);
    },
  });
}
