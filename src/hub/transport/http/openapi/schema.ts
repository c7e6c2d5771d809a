// Schemas as OpenAPI 3.1 and what reads it take them best: JSON Schema 2020-12, choices as enums, and the shapes that have a
// name by reference, so that a generated client has a type of that name.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Keywords whose value is not a schema, or holds schemas by names that are no keywords. */
const LITERAL_KEYWORDS: ReadonlySet<string> = new Set(["const", "default", "enum", "required", "examples"]);
const NAMED_SCHEMAS = "properties";

export class SchemaWriter {
  readonly #names = new Map<string, string>();
  readonly #components: JsonObject;

  /** `named` become components. */
  constructor(named: Readonly<Record<string, unknown>>) {
    const plain = Object.entries(named).map(([name, schema]) => [name, toJson(schema)] as const);
    for (const [name, schema] of plain) this.#names.set(JSON.stringify(schema), name);
    this.#components = Object.fromEntries(
      plain.map(([name, schema]) => [name, isObject(schema) ? this.#write(schema) : schema]),
    );
  }

  get components(): JsonObject {
    return this.#components;
  }

  /** `schema` is one of the schema library. */
  write(schema: unknown): Json {
    return this.#toReference(toJson(schema));
  }

  #toReference(schema: Json): Json {
    if (Array.isArray(schema)) return schema.map((one) => this.#toReference(one));
    if (!isObject(schema)) return schema;
    const name = this.#names.get(JSON.stringify(schema));
    return name === undefined ? this.#write(schema) : { $ref: `#/components/schemas/${name}` };
  }

  #write(schema: JsonObject): JsonObject {
    const written: Record<string, Json> = {};
    for (const [keyword, value] of Object.entries(schema)) {
      if (LITERAL_KEYWORDS.has(keyword)) written[keyword] = value;
      else if (keyword === NAMED_SCHEMAS && isObject(value)) written[keyword] = this.#each(value);
      else if (keyword === "patternProperties" && isObject(value))
        // A record of any names: there is one pattern.
        written["additionalProperties"] = this.#toReference(Object.values(value)[0] ?? true);
      else if (keyword === "items" && Array.isArray(value)) written["prefixItems"] = this.#toReference(value);
      else if (keyword !== "additionalItems") written[keyword] = this.#toReference(value);
    }
    const { anyOf, ...rest } = written;
    const choices = Array.isArray(anyOf) ? textChoices(anyOf) : null;
    return choices === null ? written : { ...rest, type: "string", enum: choices };
  }

  #each(schemas: JsonObject): JsonObject {
    return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, this.#toReference(schema)]));
  }
}

/** Null where not all of them stand for one text. */
function textChoices(anyOf: readonly Json[]): string[] | null {
  const texts = anyOf.flatMap((one) => (isObject(one) && typeof one["const"] === "string" ? [one["const"]] : []));
  return texts.length > 0 && texts.length === anyOf.length ? texts : null;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without the schema library's own marks. */
function toJson(schema: unknown): Json {
  const json: Json = JSON.parse(JSON.stringify(schema));
  return json;
}
