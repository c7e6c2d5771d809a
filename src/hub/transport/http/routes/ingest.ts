// The routes of protocols over HTTP, open to devices without a role. 200 means that the messages are on disk.
import type { IncomingMessage as HttpRequest, IncomingHttpHeaders } from "node:http";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Accepted } from "../../../../shared/api.ts";
import { assertNever, errorOf, type Problem } from "../../../../shared/errors.ts";
import { message } from "../../../../shared/messages/message.ts";
import { render } from "../../../../shared/messages/render.ts";
import { limits } from "../../../../shared/reading.ts";
import { PARSED_MESSAGE_BYTES } from "../../../access/limits/costs.ts";
import type { LockOut } from "../../../access/limits/lock-out.ts";
import { plainAddress } from "../../../access/networks.ts";
import type { Ingest } from "../../../ingest/accept.ts";
import type { Inbox } from "../../../protocols/inbox.ts";
import type { HttpRoute } from "../../../protocols/protocol.ts";
import { httpRoutes } from "../../../protocols/protocols.ts";
import { renderSkipped } from "../../render-skipped.ts";
import { type Encoding, parseEncoding, unpack } from "../body/unpack.ts";
import type { HttpDiagnostics } from "../diagnostics.ts";
import { languageOf, sendProblem } from "../errors.ts";
import type { HttpPacing } from "../pacing.ts";
import { pathOf } from "../path.ts";
import { route } from "../route.ts";

/** What curl, wget, PowerShell and Python's urllib call a body whose sender does not say what it is. */
const UNNAMED_TYPE = "application/x-www-form-urlencoded";
const BEGINNING_OF_JSON = /^\s*[[{]/;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i;
const CHARSETS: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii", "ascii"]);
/** Bytes of an oversized message that are read and dropped, so that its sender gets the answer. */
const MAX_DRAINED_BYTES = 64 * 1024 * 1024;

/** Where a body begins as JSON, or does not. */
const MAX_SEARCHED_BYTES = 64;
/** Of a path that is listed as the source of a message. */
const MAX_SOURCE_CHARACTERS = 256;

export interface IngestRouteOptions {
  readonly access: { readonly lockOut: Pick<LockOut, "retryAfterSeconds"> };
  readonly inbox: Inbox;
  readonly ingest: Ingest;
  readonly pacing: Pick<HttpPacing, "shareOf">;
  readonly diagnostics: HttpDiagnostics;
}

export function addIngestRoutes(
  app: FastifyInstance,
  { access, inbox, ingest, pacing, diagnostics }: IngestRouteOptions,
): void {
  app.register(async (routes) => {
    // The bytes go to the decoder as they are: its problems name field and position.
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser("*", (_request, body, done) => {
      readBody(body).then((bytes) => done(null, bytes), done);
    });
    for (const accepting of httpRoutes) {
      const { url, schema } = accepting;
      route(routes, {
        method: "POST",
        url,
        permission: "device",
        audit: null,
        // A reading must not be lost for an unknown parameter.
        config: { unpacks: true, takesAnyQuery: true },
        schema,
        validatorCompiler: () => () => true,
        handler: async (request, reply) => {
          const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
          const form = parseForm(request.headers, body, accepting);
          if ("problem" in form) {
            diagnostics.unknownMediaType(request.ip, url, form.rejected, render(form.problem));
            reply.header("Accept-Encoding", "gzip, deflate");
            return sendProblem(reply, form.problem);
          }
          const deviceText = deviceNamedIn(request.params, request.query);
          const source = `POST ${pathOf(request.url)}`.slice(0, MAX_SOURCE_CHARACTERS);
          const { principal } = request;
          const sender = { source, address: plainAddress(request.ip) };
          const share = pacing.shareOf(request.raw);
          const isPacked = form.encoding !== "identity";
          const costBytes = PARSED_MESSAGE_BYTES + (isPacked ? limits.messageBytes : body.length);
          const verdict = await share.runInTurn(costBytes, async () => {
            const payload = form.encoding === "identity" ? body : await unpack(body, form.encoding);
            if ("code" in payload)
              return ingest.refuse({ ...sender, principal, payload: body, transport: "http", share }, payload);
            const delivery = { ...sender, principal, payload, session: null, transport: "http", share } as const;
            return inbox.receive(delivery, (bytes, context) => form.decode(bytes, { ...context, deviceText }));
          });
          switch (verdict.kind) {
            case "stored":
              return {
                status: "success",
                accepted: verdict.accepted,
                ...(verdict.isQuarantined ? { joining: "waiting" } : {}),
                ...(verdict.skipped.length > 0 && { skipped: renderSkipped(verdict.skipped, languageOf(request)) }),
              } satisfies Accepted;
            case "refused":
              return refused(reply, verdict.problem, access.lockOut);
            case "deferred":
              reply.header("Retry-After", verdict.retryAfterSeconds);
              return sendProblem(reply, verdict.problem);
            default:
              return assertNever(verdict);
          }
        },
      });
    }
  });
}

/** A wrong key was counted by ingest. */
function refused(reply: FastifyReply, found: Problem, lockOut: Pick<LockOut, "retryAfterSeconds">): FastifyReply {
  const seconds = errorOf(found) === "wrong-key" ? lockOut.retryAfterSeconds(plainAddress(reply.request.ip)) : 0;
  if (seconds === 0) return sendProblem(reply, found);
  return sendProblem(reply.header("Retry-After", seconds), message("locked-out", { seconds }));
}

/** The path wins over the query; of several in the query the first counts. */
function deviceNamedIn(params: unknown, query: unknown): string | undefined {
  const names = [stringsIn(params, "id"), stringsIn(query, "device"), stringsIn(query, "device_id")].flat();
  return names[0];
}

function stringsIn(object: unknown, key: string): string[] {
  if (typeof object !== "object" || object === null) return [];
  const value: unknown = Reflect.get(object, key);
  return [value].flat().filter((one) => typeof one === "string");
}

type Form =
  | { readonly decode: NonNullable<ReturnType<HttpRoute["match"]>>; readonly encoding: Encoding }
  /** `rejected`: the headers that are not accepted. */
  | { readonly rejected: string; readonly problem: Problem };

/** The body as its headers describe it; as JSON where those say no more than that it is a body. */
function parseForm(
  { "content-type": type = "application/json", "content-encoding": packed }: IncomingHttpHeaders,
  body: Uint8Array,
  accepting: HttpRoute,
): Form {
  const mediaType = type.replace(/;.*$/, "").trim().toLowerCase();
  const isUnnamedJson = mediaType === UNNAMED_TYPE && beginsAsJson(body);
  const decode = accepting.match(isUnnamedJson ? "application/json" : mediaType);
  if (decode === null) return { rejected: mediaType, problem: accepting.mediaTypeProblem };
  const charset = CHARSET.exec(type)?.[1] ?? "utf-8";
  if (!CHARSETS.has(charset.toLowerCase()))
    return { rejected: `charset=${charset}`, problem: message("unsupported-media-type/charset") };
  const encoding = parseEncoding(packed);
  return encoding === undefined
    ? { rejected: `Content-Encoding: ${packed}`, problem: message("unsupported-media-type/encoding") }
    : { decode, encoding };
}

function beginsAsJson(body: Uint8Array): boolean {
  return BEGINNING_OF_JSON.test(Buffer.from(body.subarray(0, MAX_SEARCHED_BYTES)).toString("latin1"));
}

/** All of a message up to a little over the limit; of more than that, the size alone matters. */
async function readBody(body: HttpRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    if (bytes <= limits.messageBytes) chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_DRAINED_BYTES) break;
  }
  return Buffer.concat(chunks);
}
