// Notes of people on the time axis. A principal with a scope of devices reads and writes their notes, and reads those of all
// devices.
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Problem } from "../../../../../shared/errors.ts";
import {
  Annotation,
  AnnotationList,
  AnnotationQuery,
  AnnotationRequest,
} from "../../../../../shared/history/timeline.ts";
import { message } from "../../../../../shared/messages/message.ts";
import { nameOf, scopeOf } from "../../../../access/principal.ts";
import { noSuchDevice, type Registry } from "../../../../devices/registry.ts";
import type { Annotations } from "../../../../timeline/annotations.ts";
import { exactBody } from "../../body/exact-body.ts";
import { sendProblem } from "../../errors.ts";
import { parseRange } from "../../query/selection.ts";
import { errors, route } from "../../route.ts";

export interface AnnotationRouteOptions {
  readonly timeline: { readonly annotations: Annotations };
  readonly registry: Registry;
}

/** A UUID, as the hub makes them: undoing a removal sends the note back with its id. */
const AnnotationParams = Type.Object({ id: Type.String({ pattern: "^[0-9a-f-]{36}$" }) });

export function addAnnotationRoutes(app: FastifyInstance, options: AnnotationRouteOptions): void {
  addListRoute(app, options);
  addWriteRoutes(app, options);
  addRemoveRoute(app, options);
}

function addListRoute(app: FastifyInstance, { timeline: { annotations } }: AnnotationRouteOptions): void {
  route(app, {
    method: "GET",
    url: "/api/v1/annotations",
    permission: "viewer",
    audit: null,
    showsSome: true,
    schema: {
      operationId: "listAnnotations",
      tags: ["Annotations"],
      summary: "Notes on the time axis that touch an interval",
      description:
        "The fields are called as Grafana calls those of its annotations: a JSON data source shows them without a mapping. In CSV they come with `notes=1` (`exportCsv`).",
      querystring: AnnotationQuery,
      response: { 200: AnnotationList, ...errors },
    },
    handler: async (request, reply) => {
      const range = parseRange(request.query, 0, Number.MAX_SAFE_INTEGER);
      if ("code" in range) return sendProblem(reply, range);
      const wanted = request.query.device;
      const isShown = ({ device }: Annotation) =>
        device === undefined || (request.maySee(device) && (wanted === undefined || device === wanted));
      return { annotations: annotations.list(range).filter(isShown) };
    },
  });
}

function addWriteRoutes(app: FastifyInstance, { timeline: { annotations }, registry }: AnnotationRouteOptions): void {
  route(app, {
    method: "POST",
    url: "/api/v1/annotations",
    permission: "operator",
    audit: "annotation.add",
    showsSome: true,
    validatorCompiler: exactBody,
    schema: {
      operationId: "addAnnotation",
      tags: ["Annotations"],
      summary: "Notes a moment or a stretch of time, of one device or of all",
      body: AnnotationRequest,
      response: { 201: Annotation, ...errors },
    },
    handler: async (request, reply) => {
      const { body, principal } = request;
      request.audited = { subject: body.device ?? "", text: body.text };
      const rejection = rejectionOf(registry, request, body.device);
      if (rejection !== null) return sendProblem(reply, rejection);
      const added = await annotations.put(body, nameOf(principal));
      return "code" in added ? sendProblem(reply, added) : reply.code(201).send(added);
    },
  });

  route(app, {
    method: "PUT",
    url: "/api/v1/annotations/:id",
    permission: "operator",
    audit: "annotation.change",
    showsSome: true,
    validatorCompiler: exactBody,
    schema: {
      operationId: "putAnnotation",
      tags: ["Annotations"],
      summary: "Replaces a note, or brings back one that was removed",
      params: AnnotationParams,
      body: AnnotationRequest,
      response: { 200: Annotation, ...errors },
    },
    handler: async (request, reply) => {
      const { body, principal } = request;
      const { id } = request.params;
      request.audited = { subject: id, text: body.text };
      const known = annotations.get(id);
      const rejection =
        (known === undefined ? null : rejectionOf(registry, request, known.device)) ??
        rejectionOf(registry, request, body.device);
      if (rejection !== null) return sendProblem(reply, rejection);
      const changed = await annotations.put(body, nameOf(principal), id);
      return "code" in changed ? sendProblem(reply, changed) : changed;
    },
  });
}

function addRemoveRoute(app: FastifyInstance, { timeline: { annotations }, registry }: AnnotationRouteOptions): void {
  route(app, {
    method: "DELETE",
    url: "/api/v1/annotations/:id",
    permission: "operator",
    audit: "annotation.remove",
    showsSome: true,
    schema: {
      operationId: "removeAnnotation",
      tags: ["Annotations"],
      summary: "Removes a note; one that there is not is removed",
      params: AnnotationParams,
      response: { 204: Type.Null(), ...errors },
    },
    handler: async (request, reply) => {
      const known = annotations.get(request.params.id);
      if (known === undefined) return reply.code(204).send(null);
      const rejection = rejectionOf(registry, request, known.device);
      if (rejection !== null) return sendProblem(reply, rejection);
      request.audited = { subject: known.id, text: known.text };
      await annotations.remove(known.id);
      return reply.code(204).send(null);
    },
  });
}

/** Why the principal of the request may not write a note of this device, or of all devices. */
function rejectionOf(
  registry: Registry,
  { maySee, principal }: FastifyRequest,
  device: string | undefined,
): Problem | null {
  if (device === undefined) return scopeOf(principal) === null ? null : message("forbidden");
  return maySee(device) && registry.get(device) !== undefined ? null : noSuchDevice(device);
}
