// Problems of the query of a request: the parameter, its value, and what is allowed. Names are checked before the body is read,
// values by the validator, whose errors become messages here.
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import type { FastifySchemaValidationError } from "fastify/types/schema.js";
import type { Problem } from "../../../../shared/errors.ts";
import { message } from "../../../../shared/messages/message.ts";
import { pathOf } from "../path.ts";

const MAX_QUOTED_CHARACTERS = 80;

/** The part of a JSON schema that describes a parameter. */
interface Described {
  readonly type?: unknown;
  readonly const?: unknown;
  readonly anyOf?: readonly Described[];
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly description?: unknown;
}

/** Refuses parameters that are not in `schema`, that of a query: a misspelt one would have no effect. */
export function refuseUnknownParameters(schema: unknown, refuse: Refuse): onRequestHookHandler {
  const known = new Set(Object.keys(propertiesOf(schema)));
  return (request, reply, done) => {
    const unknown = Object.keys(parametersOf(request)).find((name) => !known.has(name));
    if (unknown === undefined) return done();
    const path = request.routeOptions.url ?? pathOf(request.url);
    const params = { field: quoted(unknown), path, known: [...known].join(", ") };
    return refuse(reply, message("bad-request/unknown-parameter", params));
  };
}

type Refuse = (reply: FastifyReply, found: Problem) => unknown;

/** The problem of a query, made of the validator's errors. */
export function queryProblem(faults: readonly FastifySchemaValidationError[], request: FastifyRequest): Problem {
  const [fault] = faults;
  const missing = fault?.params["missingProperty"];
  const name = typeof missing === "string" ? missing : (fault?.instancePath.split("/")[1] ?? "");
  const described = propertiesOf(request.routeOptions.schema?.querystring)[name] ?? {};
  if (typeof missing === "string") return badParameter({ field: name, value: "", isMissing: true }, described);
  const value = parametersOf(request)[name];
  return Array.isArray(value)
    ? message("bad-request/repeated-parameter", { field: name, count: value.length })
    : badParameter({ field: name, value: quoted(String(value)), isMissing: false }, described);
}

interface Parameter {
  readonly field: string;
  readonly value: string;
  readonly isMissing: boolean;
}

function badParameter(parameter: Parameter, { type, anyOf = [], minimum, maximum, ...described }: Described): Problem {
  const choices = anyOf.flatMap((one) => (one.const === undefined ? [] : [String(one.const)]));
  if (choices.length > 0) return message("bad-request/choice", { ...parameter, choices: choices.join(" or ") });
  const description = typeof described.description === "string" ? described.description : "";
  if (type !== "integer" && type !== "number") return message("bad-request/text", { ...parameter, description });
  const numeric = { ...parameter, isWhole: type === "integer", unit: description };
  return typeof minimum === "number" && typeof maximum === "number"
    ? message("bad-request/number-in-range", { ...numeric, minimum, maximum })
    : message("bad-request/number", numeric);
}

function parametersOf({ query }: FastifyRequest): Readonly<Record<string, unknown>> {
  return isRecord(query) ? query : {};
}

function propertiesOf(schema: unknown): Readonly<Record<string, Described>> {
  return isObjectSchema(schema) ? schema.properties : {};
}

/** The schemas are our own. */
function isObjectSchema(schema: unknown): schema is { readonly properties: Readonly<Record<string, Described>> } {
  return isRecord(schema) && isRecord(schema["properties"]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** A value, shortened for a message. */
export function quoted(text: string): string {
  return text.slice(0, MAX_QUOTED_CHARACTERS);
}
