// History from CSV files, for administrators. The file comes in pieces: `POST /api/v1/imports` with its beginning answers the
// guessed form, `PATCH` corrects it, `check` and `store` begin a pass, and each piece is answered once it is processed.
import type { IncomingMessage as HttpRequest } from "node:http";
import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import type { Problem } from "../../../../shared/errors.ts";
import {
  IMPORT_PIECE_BYTES,
  Import,
  type ImportCounts,
  type ImportForm,
  ImportFormChanges,
  ImportQuery,
  PieceQuery,
} from "../../../../shared/history/import.ts";
import type { AnyMessage } from "../../../../shared/messages/message.ts";
import { render } from "../../../../shared/messages/render.ts";
import type { Reading } from "../../../../shared/reading.ts";
import { plainAddress } from "../../../access/networks.ts";
import type { HttpAccess } from "../access-check.ts";
import { exactBody } from "../body/exact-body.ts";
import { languageOf, sendProblem } from "../errors.ts";
import { errors, route } from "../route.ts";

/** The present state of an import; its messages are rendered in the language of the request. */
interface ImportState {
  readonly id: string;
  readonly name: string;
  readonly form: ImportForm;
  readonly titles: readonly string[];
  readonly isDayOrderGuessed: boolean;
  readonly isZoneNeeded: boolean;
  readonly preview: readonly {
    readonly line: number;
    readonly cells: string[];
    readonly readings: readonly Reading[];
    readonly reason: AnyMessage | null;
  }[];
  readonly problem: AnyMessage | null;
  readonly pass: {
    readonly kind: "check" | "store";
    readonly receivedBytes: number;
    readonly isComplete: boolean;
    readonly counts: ImportCounts;
    readonly refusedLines: readonly { readonly line: number; readonly reason: AnyMessage }[];
  } | null;
}

type Answer = ImportState | Problem;

/** The imports of the hub: one at a time. */
interface ImportJobs {
  begin(sample: {
    readonly bytes: Uint8Array;
    readonly isWhole: boolean;
    readonly fileName: string;
    readonly zone: string;
  }): Answer;
  get(id: string): Answer;
  change(id: string, changes: ImportFormChanges): Answer;
  start(id: string, kind: "check" | "store"): Answer;
  take(id: string, offset: number, piece: Uint8Array, isLast: boolean): Promise<Answer>;
  cancel(id: string): void;
}

export interface ImportRouteOptions {
  readonly imports: ImportJobs;
  readonly access: Pick<HttpAccess, "audit">;
}

const ImportParams = Type.Object({ id: Type.String() });
const PREFIX = "/api/v1/imports";

export function addImportRoutes(app: FastifyInstance, options: ImportRouteOptions): void {
  addFormRoutes(app, options);
  addPassRoutes(app, options);
  addEndRoute(app, options);
  app.register(async (routes) => {
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser("*", (_request, body, done) => {
      readPiece(body).then((bytes) => done(null, bytes), done);
    });
    addBeginRoute(routes, options);
    addPieceRoute(routes, options);
  });
}

function addFormRoutes(app: FastifyInstance, { imports }: ImportRouteOptions): void {
  route(app, {
    method: "GET",
    url: `${PREFIX}/:id`,
    permission: "admin",
    audit: null,
    schema: {
      operationId: "getImport",
      tags: ["Import"],
      summary: "An import as it is now",
      params: ImportParams,
      response: { 200: Import, ...errors },
    },
    handler: async (request, reply) => answer(reply, imports.get(request.params.id)),
  });

  route(app, {
    method: "PATCH",
    url: `${PREFIX}/:id`,
    permission: "admin",
    audit: null,
    validatorCompiler: exactBody,
    schema: {
      operationId: "changeImport",
      tags: ["Import"],
      summary: "Corrects how the file is understood",
      params: ImportParams,
      body: ImportFormChanges,
      response: { 200: Import, ...errors },
    },
    handler: async (request, reply) => answer(reply, imports.change(request.params.id, request.body)),
  });
}

function addPassRoutes(app: FastifyInstance, { imports }: ImportRouteOptions): void {
  for (const kind of ["check", "store"] as const) {
    route(app, {
      method: "POST",
      url: `${PREFIX}/:id/${kind}`,
      permission: "admin",
      audit: kind === "store" ? "import.start" : null,
      schema: {
        operationId: kind === "check" ? "checkImport" : "storeImport",
        tags: ["Import"],
        summary:
          kind === "check" ? "Begins a pass that stores nothing and counts" : "Begins a pass that stores the readings",
        params: ImportParams,
        response: { 200: Import, ...errors },
      },
      handler: async (request, reply) => {
        const started = imports.start(request.params.id, kind);
        if (!("code" in started)) request.audited = { subject: started.name };
        return answer(reply, started);
      },
    });
  }
}

function addEndRoute(app: FastifyInstance, { imports }: ImportRouteOptions): void {
  route(app, {
    method: "DELETE",
    url: `${PREFIX}/:id`,
    permission: "admin",
    audit: "import.end",
    schema: {
      operationId: "endImport",
      tags: ["Import"],
      summary: "Ends an import; what is stored stays",
      params: ImportParams,
      response: { 204: Type.Null(), ...errors },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const state = imports.get(id);
      if (!("code" in state)) request.audited = { subject: state.name };
      imports.cancel(id);
      return reply.code(204).send(null);
    },
  });
}

function addBeginRoute(app: FastifyInstance, { imports }: ImportRouteOptions): void {
  route(app, {
    method: "POST",
    url: PREFIX,
    permission: "admin",
    audit: null,
    schema: {
      operationId: "beginImport",
      tags: ["Import"],
      summary: "How a CSV file is understood, by its beginning",
      description: `The body is the file's first bytes, at most ${IMPORT_PIECE_BYTES}. Then correct the form, begin a pass (check or store), and send the whole file in pieces of that size.`,
      querystring: ImportQuery,
      response: { 200: Import, ...errors },
    },
    handler: async (request, reply) => {
      const { name = "", zone = "UTC" } = request.query;
      const bytes = bytesOf(request.body);
      return answer(reply, imports.begin({ bytes, isWhole: bytes.length < IMPORT_PIECE_BYTES, fileName: name, zone }));
    },
  });
}

function addPieceRoute(app: FastifyInstance, { imports, access }: ImportRouteOptions): void {
  route(app, {
    method: "POST",
    url: `${PREFIX}/:id/pieces`,
    permission: "admin",
    audit: null,
    schema: {
      operationId: "sendImportPiece",
      tags: ["Import"],
      summary: "The next piece of the file",
      description: `At most ${IMPORT_PIECE_BYTES} bytes. It is answered once it is dealt with: what it holds is on disk then, if the pass stores.`,
      params: ImportParams,
      querystring: PieceQuery,
      response: { 200: Import, ...errors },
    },
    handler: async (request, reply) => {
      const { offset, last = false } = request.query;
      const taken = await imports.take(request.params.id, offset, bytesOf(request.body), last);
      if (!("code" in taken) && taken.pass?.kind === "store" && taken.pass.isComplete) {
        const { fresh, changed, refused } = taken.pass.counts;
        const done = { actor: request.principal, action: "import.done", subject: taken.name };
        access.audit.done({ ...done, address: plainAddress(request.ip), details: { fresh, changed, refused } });
      }
      return answer(reply, taken);
    },
  });
}

function answer(reply: FastifyReply, state: Answer): FastifyReply {
  if ("code" in state) return sendProblem(reply, state);
  const language = languageOf(reply.request);
  const { pass, preview, problem, titles, ...rest } = state;
  return reply.send({
    ...rest,
    titles: [...titles],
    preview: preview.map(({ line, cells, readings, reason }) => ({
      line,
      cells,
      readings: readings.map(({ device, metric, tsMs, value }) => ({ device, metric, ts: tsMs, value })),
      ...(reason && { reason: render(reason, language) }),
    })),
    problem: problem && render(problem, language),
    pass: pass && {
      ...pass,
      refusedLines: pass.refusedLines.map(({ line, reason }) => ({ line, reason: render(reason, language) })),
    },
  } satisfies Import);
}

function bytesOf(body: unknown): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array();
}

/** Rejects where it is longer than a piece. */
async function readPiece(body: HttpRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    bytes += chunk.length;
    if (bytes > IMPORT_PIECE_BYTES)
      throw Object.assign(new Error("the piece is too long"), { code: "FST_ERR_CTP_BODY_TOO_LARGE" });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
