// The hub's description of its API (OpenAPI 3.1), as far as the page shows it.
import { apiDocsText } from "../i18n/later/api-docs-text.ts";
import { text } from "../i18n/text.ts";

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface DescribedOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>;
  readonly "x-permission": string;
}

export interface Operation extends DescribedOperation {
  readonly method: string;
  readonly path: string;
}

export interface ApiDescription {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The page is at /api/docs, wherever a proxy puts that. */
export async function readDescription(): Promise<ApiDescription> {
  const answer = await fetch(new URL("v1/openapi.json", document.baseURI));
  if (!answer.ok) throw new Error(text.connection.answeredWithStatus(answer.status));
  return answer.json();
}

export interface Group {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly Operation[];
}

/** By tag, operations whose path or texts contain `filter`; those without a tag come last. */
export function groupsOf({ paths, tags }: ApiDescription, filter: string): Group[] {
  const wanted = filter.trim().toLowerCase();
  const operations = Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]): Operation => ({ ...one, path, method: method.toUpperCase() })),
    )
    .filter(({ method, path, summary = "" }) => `${method} ${path} ${summary}`.toLowerCase().includes(wanted));
  const tagged = tags.map(({ name, description }) => ({
    name,
    description,
    operations: operations.filter((one) => one.tags[0] === name),
  }));
  const rest = operations.filter((one) => !tags.some(({ name }) => name === one.tags[0]));
  return [...tagged, { name: apiDocsText.more, description: "", operations: rest }].filter(
    (group) => group.operations.length > 0,
  );
}

/** An example value of the schema, to be edited: required properties, and optional ones with a description. */
export function exampleOf(schema: Schema, schemas: ApiDescription["components"]["schemas"], depth = 0): unknown {
  const { $ref, anyOf, properties, items, required = [] } = schema;
  if ($ref !== undefined) return exampleOf(schemas[$ref.split("/").at(-1) ?? ""] ?? {}, schemas, depth);
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum !== undefined) return schema.enum[0];
  if (anyOf?.[0] !== undefined) return exampleOf(anyOf[0], schemas, depth);
  if (properties !== undefined) {
    const shown = Object.entries(properties).filter(([name]) => depth === 0 || required.includes(name));
    return Object.fromEntries(shown.map(([name, one]) => [name, exampleOf(one, schemas, depth + 1)]));
  }
  switch (schema.type) {
    case "array":
      return items === undefined ? [] : [exampleOf(items, schemas, depth + 1)];
    case "boolean":
      return true;
    case "integer":
    case "number":
      return schema.minimum ?? 0;
    case "null":
      return null;
    default:
      return "";
  }
}
