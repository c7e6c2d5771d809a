// Loads acme-client, once and only when a certificate is ordered, and sends its requests by `request.ts`: bounded in time, with the
// ACME server's own authority, aborted when the hub stops, and with errors that keep their type and Retry-After. The library's own
// retries sleep for as long as a server demands, so all of them are disabled.
import { AsyncLocalStorage } from "node:async_hooks";
import type * as Acme from "acme-client";
import { message } from "../../../shared/messages/message.ts";
import type { Clock } from "../../clock.ts";
import { quote, ReachError } from "../reach-error.ts";
import { type Answer, ask, jsonOf, retryAfterMs } from "../request.ts";

export type AcmeLibrary = typeof Acme;

/** Of one order. */
export interface AcmeConnection {
  /** Host of the directory. */
  readonly service: string;
  readonly ca: string | null;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** How far this computer's clock is ahead of the directory's; null until it has answered. */
  skewMs: number | null;
  /** Whether the directory does not know the account any more. */
  isAccountGone: boolean;
}

const METHODS = ["GET", "HEAD", "POST"] as const;
/** The wait after a failure without Retry-After. */
const RATE_LIMIT_WAIT_MS = 3_600_000;

const connections = new AsyncLocalStorage<AcmeConnection>();
let loading: Promise<AcmeLibrary> | null = null;

/** Runs `act` with the library, which sends its requests over `connection`. */
export async function withAcme<T>(connection: AcmeConnection, act: (acme: AcmeLibrary) => Promise<T>): Promise<T> {
  loading ??= load();
  const acme = await loading;
  return connections.run(connection, () => act(acme));
}

async function load(): Promise<AcmeLibrary> {
  const acme = await import("acme-client");
  acme.axios.defaults.adapter = async (config) => {
    const connection = connections.getStore();
    if (connection === undefined) throw new Error("an ACME request outside an order");
    const { service, ca, signal, clock } = connection;
    const method = METHODS.find((one) => one === config.method?.toUpperCase()) ?? "GET";
    const answer = await ask(config.url ?? "", {
      service,
      method,
      headers: { "Content-Type": "application/jose+json" },
      signal,
      ...(typeof config.data === "string" && { body: config.data }),
      ...(ca !== null && { ca }),
    });
    const serverMs = Date.parse(answer.headers["date"] ?? "");
    if (!Number.isNaN(serverMs)) connection.skewMs = clock.now() - serverMs;
    refuseProblem(answer, connection);
    return { data: answer.text, status: answer.status, statusText: "", headers: answer.headers, config };
  };
  return acme;
}

/** Throws what the directory refuses, but for a nonce: the library then takes the next one. */
function refuseProblem(answer: Answer, connection: AcmeConnection): void {
  if (answer.status < 400) return;
  const { service, clock } = connection;
  const { type, detail } = acmeProblem(jsonOf(answer));
  if (type === "badNonce") return;
  if (type === "accountDoesNotExist") connection.isAccountGone = true;
  const waitMs = retryAfterMs(answer, clock.now());
  if (type === "rateLimited" || answer.status === 429) {
    const retryAfter = { retryAfterMs: waitMs ?? RATE_LIMIT_WAIT_MS };
    throw new ReachError(message("reach/acme-rate-limited", { service, detail }), retryAfter);
  }
  if (type === "") throw new ReachError(message("reach/acme-not-acme", { service }), { retryAfterMs: waitMs });
  if (type === "userActionRequired") throw new ReachError(message("reach/acme-terms", { service, detail }));
  throw new ReachError(message("reach/acme-refused", { service, detail }), { retryAfterMs: waitMs });
}

/** Type, without the namespace of ACME, and detail of a problem document (RFC 8555 section 6.7); empty where it is none. */
export function acmeProblem(problem: unknown): { readonly type: string; readonly detail: string } {
  if (typeof problem !== "object" || problem === null) return { type: "", detail: "" };
  const type = "type" in problem && typeof problem.type === "string" ? problem.type : "";
  const detail = "detail" in problem && typeof problem.detail === "string" ? problem.detail : "";
  const isAcme = type.startsWith("urn:ietf:params:acme:error:");
  return { type: isAcme ? type.slice(type.lastIndexOf(":") + 1) : "", detail: quote(detail) };
}
