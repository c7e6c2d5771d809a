// What is wrong with the query of a request, in words: the parameter, what was sent, and what is allowed. Names are checked
// before the body is read, values by the validator, whose findings are put into words here.
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import type { FastifySchemaValidationError } from "fastify/types/schema.js";
import { type Problem, plainProblem } from "../../../../shared/errors.ts";

const MAX_QUOTED_CHARACTERS = 80;

/** As much of a JSON schema as a parameter is described by. */
interface Described {
  readonly type?: unknown;
  readonly const?: unknown;
  readonly anyOf?: readonly Described[];
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly description?: unknown;
}

/** `allowed` ends the sentence: `use , or ; or tab`. */
export function badParameter(name: string, value: string, allowed: string): Problem {
  return plainProblem("bad-request", `“${name}” is “${quoted(value)}”: ${allowed}.`, { field: name });
}

/** Refuses parameters that `schema`, that of a query, does not have: one that is misspelt would count for nothing. */
export function refuseUnknownParameters(schema: unknown, refuse: Refuse): onRequestHookHandler {
  const known = new Set(Object.keys(propertiesOf(schema)));
  return (request, reply, done) => {
    const unknown = Object.keys(parametersOf(request)).find((name) => !known.has(name));
    if (unknown === undefined) return done();
    const takes = known.size === 0 ? "takes none" : `takes ${[...known].join(", ")}`;
    const path = request.routeOptions.url ?? request.url.replace(/\?.*$/, "");
    const message = `There is no parameter “${quoted(unknown)}” here: ${path} ${takes}.`;
    return refuse(reply, plainProblem("bad-request", message, { field: quoted(unknown) }));
  };
}

type Refuse = (reply: FastifyReply, found: Problem) => unknown;

/** What the validator found in a query. */
export function queryProblem(faults: readonly FastifySchemaValidationError[], request: FastifyRequest): Problem {
  const [fault] = faults;
  const missing = fault?.params["missingProperty"];
  const name = typeof missing === "string" ? missing : (fault?.instancePath.split("/")[1] ?? "");
  const described = propertiesOf(request.routeOptions.schema?.querystring)[name] ?? {};
  if (typeof missing === "string")
    return plainProblem("bad-request", `“${name}” is missing: ${allowedBy(described)}.`, { field: name });
  const value = parametersOf(request)[name];
  if (!Array.isArray(value)) return badParameter(name, String(value), allowedBy(described));
  return plainProblem("bad-request", `“${name}” is given ${value.length} times: give it once.`, { field: name });
}

function allowedBy({ type, anyOf = [], minimum, maximum, description }: Described): string {
  const choices = anyOf.flatMap((one) => (one.const === undefined ? [] : [String(one.const)]));
  if (choices.length > 0) return `use ${choices.join(" or ")}`;
  if (type !== "integer" && type !== "number") return typeof description === "string" ? description : "use text";
  const kind = type === "integer" ? "a whole number" : "a number";
  const unit = typeof description === "string" ? ` (${description})` : "";
  return typeof minimum === "number" && typeof maximum === "number"
    ? `use ${kind} from ${minimum} to ${maximum}${unit}`
    : `use ${kind}${unit}`;
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

function quoted(text: string): string {
  return text.slice(0, MAX_QUOTED_CHARACTERS);
}
