// The OpenAPI document: valid for validators and client generators.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { type HubInside, startHubInside } from "../../../support/hub-inside.ts";

interface Described {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
  readonly "x-permission": string;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly tags: readonly { readonly name: string }[];
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

/** The schema of OpenAPI 3.1 documents, as spec.openapis.org has it. */
const OFFICIAL: object = JSON.parse(readFileSync(new URL("openapi-3.1.schema.json", import.meta.url), "utf8"));
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const check = ajv.compile(OFFICIAL);

async function read(hub: HubInside): Promise<Document> {
  return (await hub.fetch("/api/v1/openapi.json")).json();
}

const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ id: `${method.toUpperCase()} ${path}`, ...operation })),
  );

/** Every value in the document, with the keyword that it stands under. */
function* valuesIn(value: unknown): Generator<readonly [keyword: string, value: unknown]> {
  if (typeof value !== "object" || value === null) return;
  for (const [keyword, inner] of Object.entries(value)) {
    yield [keyword, inner];
    yield* valuesIn(inner);
  }
}

test("is valid OpenAPI 3.1, and so is each schema in it", async () => {
  await using hub = await startHubInside({ agentFolder: "resources/agent" });
  const document = await read(hub);
  expect(document.openapi).toBe("3.1.0");
  expect(check(document), JSON.stringify(check.errors)).toBe(true);
  expect(check({ ...document, paths: { "/x": { get: { parameters: [{ name: "no place" }] } } } })).toBe(false);
  const schemas = [...valuesIn(document)].filter(([keyword]) => keyword === "schema").map(([, schema]) => schema);
  expect(schemas.length).toBeGreaterThan(50);
  for (const schema of [...schemas, ...Object.values(document.components.schemas)])
    expect(typeof schema === "object" && schema !== null && ajv.validateSchema(schema), JSON.stringify(schema)).toBe(
      true,
    );
  const references = [...valuesIn(document)].flatMap(([keyword, value]) => (keyword === "$ref" ? [String(value)] : []));
  const place = (reference: string) =>
    reference
      .split("/")
      .slice(1)
      .reduce<unknown>((at, part) => new Map(Object.entries(at ?? {})).get(part), document);
  expect(references.filter((reference) => place(reference) === undefined)).toEqual([]);
});

test("describes every open or signed-in route, each with a name of its own and what to sign in with", async () => {
  await using hub = await startHubInside({ agentFolder: "resources/agent" });
  const document = await read(hub);
  const operations = operationsOf(document);
  const described = new Map(operations.map((operation) => [operation.id, operation]));
  const hidden = [
    "GET /.well-known/acme-challenge/{token}",
    "GET /agent/{*}",
    "GET /agent/*",
    "GET /api/docs",
    "GET /api/v1/doctor/hub-id",
    "GET /api/v1/openapi.json",
  ];
  for (const { method, url, permission } of hub.routes) {
    const id = `${method} ${url.replaceAll(/:(\w+)/g, "{$1}")}`;
    if (method === "HEAD" || hidden.includes(id) || id.startsWith("GET /api/docs/")) continue;
    const operation = described.get(id) ?? expect.unreachable(`${id} is not described`);
    expect(operation["x-permission"], id).toBe(permission);
    const schemes = operation.security.flatMap((one) => Object.keys(one));

    expect(schemes, id).toEqual(
      permission === "open" ? [] : permission === "device" ? ["bearer", "apiKey"] : ["bearer", "apiKey", "cookie"],
    );
    // A device without a key shows nothing.
    const needsNone = operation.security.every((one) => Object.keys(one).length > 0);
    expect(needsNone, id).toBe(permission !== "device");
    expect(operation.summary.length, id).toBeGreaterThan(5);
    expect(operation.responses, id).toMatchObject({ default: { $ref: "#/components/responses/Error" } });
    expect(Object.keys(operation.responses).length, id).toBeGreaterThan(1);
    const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === "path").map(({ name }) => name);
    expect(inPath, id).toEqual([...id.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  }
  const names = operations.map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z][A-Za-z0-9]+$/.test(name))).toEqual([]);
  const tags = new Set(document.tags.map(({ name }) => name));
  expect(operations.flatMap((operation) => operation.tags).filter((tag) => !tags.has(tag))).toEqual([]);
  expect(Object.keys(document.components.securitySchemes)).toEqual(["bearer", "apiKey", "cookie"]);
});

test.each(["/install.sh", "/metrics", "/healthz", "/api/v1/export.ndjson"])(
  "says of which media type the answer of %s is",
  async (path) => {
    await using hub = await startHubInside({ agentFolder: "resources/agent" });
    const described = (await read(hub)).paths[path]?.["get"]?.responses["200"]?.content ?? {};
    const [sent = ""] = (await hub.fetch(path)).headers.get("content-type")?.split(";") ?? [];
    expect(Object.keys(described)).toContain(sent);
  },
);

test("describes the parameters and media types of an export", async () => {
  await using hub = await startHubInside();
  const { paths, components } = await read(hub);
  const csv = paths["/api/v1/export.csv"]?.["get"] ?? expect.unreachable();
  expect(Object.keys(csv.responses["200"]?.content ?? {})).toEqual([
    "text/csv",
    "application/json",
    "application/x-ndjson",
  ]);
  const schemas = Object.fromEntries((csv.parameters ?? []).map(({ name, schema }) => [name, schema]));
  expect(schemas).toMatchObject({
    device: { type: "array", items: { type: "string" } },
    sep: { type: "string", enum: [",", ";", "tab"], default: "," },
    decimal: { type: "string", enum: [".", ","], default: "." },
    time: { type: "string", enum: ["iso", "spreadsheet"] },
  });
  const device = paths["/api/v1/devices/{id}"]?.["get"]?.responses["200"];
  expect(device?.content).toEqual({ "application/json": { schema: { $ref: "#/components/schemas/Device" } } });
  expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(["ApiError", "Command", "Device"]));
});

test("is the same whether it is compressed or not, and not compressed twice", async () => {
  await using hub = await startHubInside();
  const ask = (encoding: string) =>
    fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/openapi.json`, { headers: { "Accept-Encoding": encoding } });
  const plain = await ask("identity");
  const packed = await ask("gzip");
  expect([plain.headers.get("Content-Encoding"), packed.headers.get("Content-Encoding")]).toEqual([null, "gzip"]);
  expect(packed.headers.get("Content-Type")).toBe("application/json; charset=utf-8");
  expect(Number(packed.headers.get("Content-Length"))).toBeLessThan(Number(plain.headers.get("Content-Length")) / 3);
  expect(await packed.json()).toEqual(await plain.json());
});
