// The commands' way to a running hub: its HTTP API, at the address and with the token of `hub.json`, or at another one
// that a person names. Each failure has a message: no hub, one that ended, another program, another version,
// a token that is refused.
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import packageJson from "../../package.json" with { type: "json" };
import { Misuse } from "../hub/arguments.ts";
import { readConfig } from "../hub/config.ts";
import { DataFolder } from "../hub/data-folder.ts";
import { ApiError, Health } from "../shared/api.ts";
import { errorCode, errorText } from "../shared/error-text.ts";
import { Failure } from "../shared/errors.ts";
import { type AnyMessage, message } from "../shared/messages/message.ts";

export const hubOptions = {
  url: { type: "string" },
  token: { type: "string" },
  data: { type: "string" },
} as const;

/** For the help of a command that takes `hubOptions`. */
export const hubOptionLines = [
  ["--url URL", "the hub, such as http://192.168.1.5:8080 (the one that runs on this computer)"],
  ["--token TOKEN", "what the hub lets in (BRAMBLE_TOKEN, else what the hub of this computer has written down)"],
  ["--data DIR", "data folder of the hub of this computer"],
] as const;

/** A hub as it was named, or found. */
export interface HubAddress {
  /** With the hub's base path, and without a slash at its end. */
  readonly url: string;
  readonly token: string | null;
  /** Where it was found; null where a person named it. */
  readonly folder: string | null;
}

/** Throws with a message where no hub is named and none runs here. */
export function findHub(values: {
  readonly url?: string;
  readonly token?: string;
  readonly data?: string;
}): HubAddress {
  const read = readConfig(values.data === undefined ? [] : ["--data", values.data], process.env);
  if (read.kind !== "config") throw new Misuse(read.kind === "wrong" ? read.reason : message("cli/one-file"));
  const { dataFolder, token: fromEnvironment } = read.config;
  const folder = new DataFolder(dataFolder);
  const running = folder.findRunning();
  const token = values.token ?? fromEnvironment;
  if (values.url !== undefined) {
    const url = parseUrl(values.url);
    // A token is sent only to the hub that wrote it.
    return { url, token: token ?? (running?.http === url ? running.token : null), folder: null };
  }
  if (running !== null) return { url: running.http, token: token ?? running.token, folder: dataFolder };
  const hidden = folder.whyHidden();
  throw new Failure(
    hidden === null ? message("cli/no-hub", { path: dataFolder }) : message("cli/hub-hidden", { reason: hidden }),
  );
}

/** The parts of a request other than its path. */
export interface ApiRequest {
  /** GET, without it. */
  readonly method?: "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON. */
  readonly body?: object;
  /** Sent as they are, in its place. */
  readonly bytes?: Uint8Array;
  readonly signal?: AbortSignal;
}

/** Requests `path`. Resolves with a 2xx response, whose body is not read yet; rejects with a message. */
export async function ask(hub: HubAddress, path: string, apiRequest: ApiRequest = {}): Promise<Response> {
  const response = await request(hub, path, apiRequest);
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => null);
  if (!Value.Check(ApiError, answer)) throw new Failure(message("cli/not-a-hub", { url: hub.url }));
  if (response.status === 401) throw new Failure(tokenRefused(hub));
  const versions = response.status === 404 ? await versionsOf(hub) : "";
  const reason = message("cli/hub-refused", { answer: answer.message, versions });
  throw response.status === 400 ? new Misuse(reason) : new Failure(reason);
}

/** Requests `path` and resolves with its JSON, validated by `schema`; rejects with a message. */
export async function askJson<T extends TSchema>(
  hub: HubAddress,
  path: string,
  schema: T,
  apiRequest: ApiRequest = {},
): Promise<Static<T>> {
  const response = await ask(hub, path, apiRequest);
  const answer: unknown = await response.json().catch(() => null);
  if (Value.Check(schema, answer)) return answer;
  throw new Failure(message("cli/unknown-answer", { url: hub.url, versions: await versionsOf(hub) }));
}

async function request(
  { url, token, folder }: HubAddress,
  path: string,
  apiRequest: ApiRequest = {},
): Promise<Response> {
  const { method = "GET", body, bytes, signal } = apiRequest;
  const authorization = token === null ? undefined : { Authorization: `Bearer ${token}` };
  const type = bytes === undefined ? "application/json" : "application/octet-stream";
  const contentType = (body ?? bytes) && { "Content-Type": type };
  // On this computer, or a local network, packing costs more than it saves.
  const headers = { "Accept-Encoding": "identity", ...authorization, ...contentType };
  const sent = bytes === undefined ? body && { body: JSON.stringify(body) } : { body: Buffer.from(bytes) };
  try {
    return await fetch(url + path, { method, headers, redirect: "error", ...sent, ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Failure(unreachable({ url, token, folder }, error), { cause: error });
  }
}

function unreachable({ url, folder }: HubAddress, error: unknown): AnyMessage {
  const reason = reasonOfFetch(error);
  if (reason === CLOSED) return message("cli/closes", { url });
  if (folder === null) return message("cli/no-answer", { url, reason });
  return message("cli/no-answer-of-folder", { url, path: folder, reason });
}

const CLOSED = "it closes the connection";

/** What fetch fails of is in its cause. */
function reasonOfFetch(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = errorCode(cause);
  if (code === "ECONNREFUSED") return "connections are refused";
  if (code === "UND_ERR_SOCKET" || code === "ECONNRESET") return CLOSED;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "nobody has that name";
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH") return "there is no way to it from here";
  if (code === "ETIMEDOUT" || code === "UND_ERR_CONNECT_TIMEOUT") return "nothing answers";
  return errorText(cause);
}

function tokenRefused({ url, token, folder }: HubAddress): AnyMessage {
  if (token === null) return message("cli/needs-token", { url });
  return message(folder === null ? "cli/token-refused" : "cli/token-refused-here", { url });
}

/** How the versions differ; empty where they do not. */
async function versionsOf(hub: HubAddress): Promise<AnyMessage | ""> {
  const own = packageJson.version;
  const health: unknown = await request(hub, "/healthz")
    .then((response) => response.json())
    .catch(() => null);
  if (!Value.Check(Type.Pick(Health, ["version"]), health)) return message("cli/not-a-hub", { url: hub.url });
  const { version } = health;
  return version === own ? "" : message("cli/versions", { theirs: version, own });
}

function parseUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
    throw new Misuse(message("cli/choice", { flag: "url", choices: "http://HOST:PORT", value: text }));
  return url.origin + url.pathname.replace(/\/$/, "");
}
