// POST /data and POST /api/v1/readings: readings over HTTP, from anyone on the network. 200 means they are on disk.
import type { IncomingMessage as HttpRequest, IncomingHttpHeaders } from "node:http";
import type { FastifyInstance } from "fastify";
import { Accepted, ApiError, ReadingsMessage } from "../../../../shared/api.ts";
import { assertNever, problem } from "../../../../shared/errors.ts";
import { limits } from "../../../../shared/reading.ts";
import { PARSED_MESSAGE_BYTES } from "../../../access/budget.ts";
import { plainAddress } from "../../../access/networks.ts";
import type { Ingest } from "../../../ingest/accept.ts";
import type { HttpDiagnostics } from "../diagnostics.ts";
import { MEDIA_TYPE_MESSAGE, sendProblem } from "../errors.ts";
import type { HttpPacing } from "../pacing.ts";
import { route } from "../route.ts";
import { type Encoding, parseEncoding, unpack } from "../unpack.ts";

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;
const NDJSON_TYPES: ReadonlySet<string> = new Set(["application/x-ndjson", "application/ndjson", "application/jsonl"]);
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i;
const CHARSETS: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii", "ascii"]);
/** How much of an oversized message is read only so that its sender can hear the answer. */
const MAX_DRAINED_BYTES = 64 * 1024 * 1024;

export interface IngestRouteOptions {
  readonly ingest: Ingest;
  readonly pacing: Pick<HttpPacing, "shareOf">;
  readonly diagnostics: HttpDiagnostics;
}

export function addIngestRoutes(app: FastifyInstance, { ingest, pacing, diagnostics }: IngestRouteOptions): void {
  app.register(async (routes) => {
    // The bytes go to the decoder as they are: its messages say what is wrong with them.
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser("*", (_request, body, done) => {
      readBody(body).then((bytes) => done(null, bytes), done);
    });
    for (const url of ["/data", "/api/v1/readings"]) {
      route(routes, {
        method: "POST",
        url,
        permission: "open",
        audit: null,
        config: { unpacks: true },
        schema,
        validatorCompiler: () => () => true,
        handler: async (request, reply) => {
          const form = parseForm(request.headers);
          if ("message" in form) {
            diagnostics.unknownMediaType(request.ip, url, form.said, form.message);
            reply.header("Accept-Encoding", "gzip, deflate");
            return sendProblem(reply, problem("unsupported-media-type", form.message));
          }
          const sender = { source: `POST ${url}`, address: plainAddress(request.ip) };
          const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
          const share = pacing.shareOf(request.raw);
          const isPacked = form.encoding !== "identity";
          const costBytes = PARSED_MESSAGE_BYTES + (isPacked ? limits.messageBytes : body.length);
          const verdict = await share.runInTurn(costBytes, async () => {
            const payload = form.encoding === "identity" ? body : await unpack(body, form.encoding);
            if ("code" in payload) return ingest.refuse({ ...sender, payload: body, share }, payload);
            const target = { kind: "readings", device: null } as const;
            const { ndjson } = form;
            return ingest.accept({ ...sender, target, payload, ndjson, session: null, transport: "http", share });
          });
          switch (verdict.kind) {
            case "stored":
              return {
                status: "success",
                accepted: verdict.accepted,
                ...(verdict.waits ? { joining: "waiting" } : {}),
              } satisfies Accepted;
            case "refused":
              return sendProblem(reply, verdict.problem);
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

type Form =
  | { readonly ndjson: boolean; readonly encoding: Encoding }
  /** What the headers said that is not taken, and what is. */
  | { readonly said: string; readonly message: string };

/** What the headers say of the body. */
function parseForm({
  "content-type": type = "application/json",
  "content-encoding": packed,
}: IncomingHttpHeaders): Form {
  const mediaType = type.replace(/;.*$/, "").trim().toLowerCase();
  const ndjson = NDJSON_TYPES.has(mediaType);
  if (!ndjson && !JSON_TYPE.test(mediaType)) return { said: mediaType, message: MEDIA_TYPE_MESSAGE };
  const charset = CHARSET.exec(type)?.[1] ?? "utf-8";
  if (!CHARSETS.has(charset.toLowerCase())) return { said: `charset=${charset}`, message: "Send JSON as UTF-8." };
  const encoding = parseEncoding(packed);
  return encoding === undefined
    ? { said: `Content-Encoding: ${packed}`, message: "Send the body as it is, or packed once, with gzip or deflate." }
    : { ndjson, encoding };
}

/** For the description alone: the decoder checks messages, and says more of what is wrong. */
const schema = {
  summary: "Send readings",
  description:
    'An object such as {"device_id":"raspi-01","temperature":25.5}, an array of them, or one a line. It may be packed: Content-Encoding gzip or deflate.',
  consumes: ["application/json", "application/x-ndjson"],
  body: ReadingsMessage,
  response: { 200: Accepted, "4xx": ApiError, "5xx": ApiError },
};

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
