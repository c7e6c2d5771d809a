// The description of the API (OpenAPI 3.1), made of the routes: their schemas, and the permission that each requires.
import { STATUS_CODES } from "node:http";
import type { FastifyInstance, FastifySchema, RouteOptions } from "fastify";
import { ApiError, Chart, HubInfo, ReadingRow, ReadingsPage, Refused, Retention } from "../../../../shared/api.ts";
import { Command } from "../../../../shared/controls/command.ts";
import { Device } from "../../../../shared/device.ts";
import { DiagnosticReport } from "../../../../shared/doctor.ts";
import type { Permission } from "../../../access/principal.ts";
import { ConstantText } from "../compress.ts";
import { isObject, type Json, type JsonObject, SchemaWriter } from "./schema.ts";

declare module "fastify" {
  interface FastifySchema {
    readonly summary?: string;
    readonly description?: string;
    /** Its name in a generated client; made of method and path where it is absent. */
    readonly operationId?: string;
    readonly tags?: readonly string[];
    /** Not described. */
    readonly hide?: boolean;
    /** Media types of the body; JSON without it. */
    readonly consumes?: readonly string[];
    /** Media types of an answer that is no checked JSON, with the schema of each. */
    readonly produces?: Readonly<Record<string, unknown>>;
  }
}

const JSON_TYPE = "application/json";
const NAMED = {
  ApiError,
  Chart,
  Command,
  Device,
  DiagnosticReport,
  HubInfo,
  ReadingRow,
  ReadingsPage,
  Refused,
  Retention,
};
/** A route that needs a role takes one of these. */
const CREDENTIALS: Json = [{ bearer: [] }, { apiKey: [] }, { cookie: [] }];
/** A device that has a key presents it. */
const DEVICE_CREDENTIALS: Json = [{}, { bearer: [] }, { apiKey: [] }];

const TAGS: readonly (readonly [name: string, description: string])[] = [
  ["Devices", "The registry: names, presence, controls, joining."],
  ["Readings", "Charts, raw rows, how long readings are kept."],
  ["Prometheus", "Readings for Grafana and others that ask Prometheus: errors are of its shape, times are seconds."],
  ["Views", "Comparisons of several series that people have named."],
  ["Annotations", "Notes of people on the time axis, about a moment or a stretch."],
  ["Mends", "Readings that people have hidden, corrected or scaled, and the way back."],
  ["Export", "Readings as files."],
  ["Import", "History from a file: guessed, tried, stored."],
  ["Commands", "What devices are told to do."],
  ["For devices", "What a Pi needs that has HTTP alone. A device that has a key shows it."],
  ["Access", "Keys, people, links, and who did what."],
  ["Session", "Signing in and out."],
  ["Hub", "The hub itself: health, figures, what went wrong."],
];
const SECURITY_SCHEMES: Json = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "A session's token, a key, or on the hub's own computer the token in hub.json.",
  },
  apiKey: { type: "apiKey", in: "header", name: "X-API-Key", description: "A key." },
  cookie: { type: "apiKey", in: "cookie", name: "bramble_session", description: "A browser's session." },
};

type DescribedRoute = Pick<RouteOptions, "method" | "url" | "schema" | "config">;

export class OpenApiDocument {
  readonly #version: string;
  readonly #basePath: string;
  readonly #routes: DescribedRoute[] = [];
  #text: ConstantText | null = null;

  /** `basePath` is empty where there is none. */
  constructor(version: string, basePath: string) {
    this.#version = version;
    this.#basePath = basePath;
  }

  /** Call it before the routes are added. */
  watch(app: FastifyInstance): void {
    app.addHook("onRoute", (added) => {
      this.#routes.push(added);
    });
  }

  /** Of all routes, as JSON; made on the first request, since writing it takes milliseconds and anyone may ask for it. */
  get(): ConstantText {
    this.#text ??= new ConstantText(JSON.stringify(this.#make()));
    return this.#text;
  }

  #make(): JsonObject {
    const schemas = new SchemaWriter(NAMED);
    const paths: Record<string, Record<string, Json>> = {};
    for (const { method, url, schema, config } of this.#routes) {
      const { permission } = config ?? {};
      if (schema === undefined || schema.hide === true || permission === undefined) continue;
      const path = url.replaceAll(/:(\w+)/g, "{$1}");
      for (const verb of [method].flat().filter((one) => one !== "HEAD")) {
        const operation = describeOperation({ schemas, schema, permission, id: `${verb} ${path}` });
        paths[path] = { ...paths[path], [verb.toLowerCase()]: operation };
      }
    }
    return {
      openapi: "3.1.0",
      info: {
        title: "Bramble",
        version: this.#version,
        description: "The hub's API. Times in answers are milliseconds UTC.",
        license: { name: "MIT", identifier: "MIT" },
      },
      servers: [{ url: this.#basePath === "" ? "/" : this.#basePath }],
      tags: TAGS.map(([name, description]) => ({ name, description })),
      paths,
      components: {
        schemas: schemas.components,
        responses: { Error: jsonAnswer("What went wrong, in words", schemas.write(ApiError)) },
        securitySchemes: SECURITY_SCHEMES,
      },
    };
  }
}

interface Operation {
  readonly schemas: SchemaWriter;
  readonly schema: FastifySchema;
  readonly permission: Permission;
  /** Method and path. */
  readonly id: string;
}

function describeOperation({ schemas, schema, permission, id }: Operation): JsonObject {
  const { summary, description, operationId = nameOf(id), tags = [], body, consumes = [JSON_TYPE] } = schema;
  const parameters = [
    ...parametersIn("path", schemas, schema.params),
    ...parametersIn("query", schemas, schema.querystring),
  ];
  const bodySchema = body === undefined ? undefined : schemas.write(body);
  const content =
    bodySchema && consumes.map((type) => [type, { schema: type === JSON_TYPE ? bodySchema : { type: "string" } }]);
  return {
    operationId,
    tags,
    ...(summary !== undefined && { summary }),
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(content && { requestBody: { required: true, content: Object.fromEntries(content) } }),
    responses: answersOf(schemas, schema),
    security: permission === "open" ? [] : permission === "device" ? DEVICE_CREDENTIALS : CREDENTIALS,
    "x-permission": permission,
  };
}

function parametersIn(place: "path" | "query", schemas: SchemaWriter, schema: unknown): Json[] {
  const written = schemas.write(schema ?? {});
  if (!isObject(written) || !isObject(written["properties"])) return [];
  const { required } = written;
  return Object.entries(written["properties"]).map(([name, property]) => {
    const { description, ...rest } = isObject(property) ? property : {};
    return {
      name,
      in: place,
      required: place === "path" || (Array.isArray(required) && required.includes(name)),
      ...(description !== undefined && { description }),
      schema: oneOrMore(rest),
    };
  });
}

/** A parameter that may be given more than once is a list, also where it is given once. */
function oneOrMore(schema: JsonObject): JsonObject {
  const { anyOf } = schema;
  const list = Array.isArray(anyOf) && anyOf.length === 2 ? anyOf.find((one) => one?.type === "array") : undefined;
  return list ?? schema;
}

/** Each error has the one shape. */
function answersOf(schemas: SchemaWriter, { response, produces }: FastifySchema): JsonObject {
  const described: [string, Json][] = [];
  for (const [status, schema] of Object.entries(response ?? {})) {
    if (/^[45]xx$/.test(status)) continue;
    const written = schemas.write(schema);
    const text = STATUS_CODES[status] ?? status;
    const isEmpty = isObject(written) && written["type"] === "null";
    described.push([status, isEmpty ? { description: text } : jsonAnswer(text, written)]);
  }
  if (produces !== undefined) {
    const content = Object.entries(produces).map(([type, schema]) => [type, { schema: schemas.write(schema) }]);
    described.push(["200", { description: "OK", content: Object.fromEntries(content) }]);
  }
  return { ...Object.fromEntries(described), default: { $ref: "#/components/responses/Error" } };
}

function jsonAnswer(description: string, schema: Json): JsonObject {
  return { description, content: { [JSON_TYPE]: { schema } } };
}

/** `GET /api/v1/devices/{id}` is `getDevicesById`. */
function nameOf(id: string): string {
  const [verb = "", path = ""] = id.split(" ");
  const parts = path
    .replace(/^\/api\/v1/, "")
    .replaceAll(/\{(\w+)\}/g, "by-$1")
    .split(/[^A-Za-z0-9]+/);
  return verb.toLowerCase() + parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join("");
}
