// One HTTP request to a service outside: bounded in time and bytes, over one address family where that matters, and with a
// certificate authority of one's own. Redirects are answers: credentials go nowhere else.
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { rootCertificates } from "node:tls";
import { errorCode } from "../../shared/error-text.ts";
import type { NetworkFault } from "../../shared/messages/en/network/reach.ts";
import { message } from "../../shared/messages/message.ts";
import { ReachError } from "./reach-error.ts";

export interface ServiceRequest {
  /** The name of the service, for messages. */
  readonly service: string;
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM of an authority to trust beside the usual ones. */
  readonly ca?: string;
  readonly family?: 4 | 6;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const REQUEST_TIMEOUT_MS = 20_000;
const MAX_ANSWER_BYTES = 512 * 1024;
const MAX_RETRY_AFTER_MS = 30 * 24 * 3_600_000;

/** Rejects with a `ReachError` when there is no answer. */
export function ask(url: string, request: ServiceRequest): Promise<Answer> {
  const { service, method = "GET", headers, body, ca, family, timeoutMs = REQUEST_TIMEOUT_MS, signal } = request;
  const send = new URL(url).protocol === "http:" ? requestHttp : requestHttps;
  const timeout = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      const fault = timeout.aborted ? "silent" : faultOf(cause);
      reject(new ReachError(message("reach/unreachable", { service, fault }), { cause }));
    };
    const outgoing = send(
      url,
      {
        method,
        headers: { "User-Agent": "bramble", ...headers },
        agent: false,
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
        ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
        ...(family !== undefined && { family }),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        incoming.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) incoming.destroy(new Error("the answer is too long"));
          else chunks.push(chunk);
        });
        incoming.on("error", fail);
        incoming.on("end", () => {
          const { statusCode = 0, headersDistinct } = incoming;
          const flat = Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(", ")] as const);
          resolve({
            status: statusCode,
            headers: Object.fromEntries(flat),
            text: Buffer.concat(chunks).toString("utf8"),
          });
        });
      },
    );
    outgoing.on("error", fail);
    outgoing.end(body);
  });
}

/** The wait of `Retry-After`, which is in seconds or a date; null without one. */
export function retryAfterMs({ headers }: Answer, nowMs: number): number | null {
  const header = headers["retry-after"]?.trim();
  if (header === undefined || header === "") return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : null;
}

/** The JSON value of the answer; undefined where it is no JSON. */
export function jsonOf({ text }: Answer): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function faultOf(error: unknown): NetworkFault {
  switch (errorCode(error)) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "dns";
    case "ECONNREFUSED":
    case "ENETUNREACH":
    case "EHOSTUNREACH":
      return "refused";
    case "ETIMEDOUT":
      return "silent";
    case "CERT_HAS_EXPIRED":
      return "expired";
    case "CERT_NOT_YET_VALID":
      return "not-yet-valid";
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "untrusted";
    default:
      return "other";
  }
}
