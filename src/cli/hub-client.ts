// The commands' way to a running hub: its HTTP API, at the address and with the token of `hub.json`, or at another one
// that a person names. Whatever is in the way is said with a message: no hub, one that ended, another program, another version,
// a token that is refused.
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import packageJson from "../../package.json" with { type: "json" };
import { Misuse } from "../hub/arguments.ts";
import { readConfig } from "../hub/config.ts";
import { DataFolder } from "../hub/data-folder.ts";
import { ApiError, Health } from "../shared/api.ts";

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
  if (read.kind !== "config") throw new Misuse(read.kind === "wrong" ? read.message : "");
  const { dataFolder, token: fromEnvironment } = read.config;
  const folder = new DataFolder(dataFolder);
  const running = folder.findRunning();
  const token = values.token ?? fromEnvironment;
  if (values.url !== undefined) {
    const url = parseUrl(values.url);
    // A token is a secret of the hub that wrote it down: no other one gets to see it.
    return { url, token: token ?? (running?.http === url ? running.token : null), folder: null };
  }
  if (running !== null) return { url: running.http, token: token ?? running.token, folder: dataFolder };
  const hidden = folder.whyHidden();
  if (hidden !== null) throw new Error(`${hidden} Run this as the user that runs the hub.`);
  throw new Error(
    `No hub runs on ${dataFolder}. Start it with bramble serve, or name its folder with --data or its address with --url.`,
  );
}

/** What is asked for beside a path. */
export interface Asking {
  /** GET, without it. */
  readonly method?: "POST" | "PATCH" | "DELETE";
  /** Sent as JSON. */
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/** Asks for `path`. Resolves with an answer of 2xx, whose body is still to come; rejects with a message. */
export async function ask(hub: HubAddress, path: string, asking: Asking = {}): Promise<Response> {
  const response = await request(hub, path, asking);
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => null);
  if (!Value.Check(ApiError, answer)) throw new Error(`What answers at ${hub.url} is no hub of Bramble.`);
  if (response.status === 401) throw new Error(await refusedWords(hub));
  if (response.status === 404) throw new Error(`${answer.message} ${await versionWords(hub)}`.trimEnd());
  throw response.status === 400 ? new Misuse(answer.message) : new Error(answer.message);
}

/** Asks for `path` and resolves with its JSON, which `schema` describes; rejects with a message. */
export async function askJson<T extends TSchema>(
  hub: HubAddress,
  path: string,
  schema: T,
  asking: Asking = {},
): Promise<Static<T>> {
  const response = await ask(hub, path, asking);
  const answer: unknown = await response.json().catch(() => null);
  if (Value.Check(schema, answer)) return answer;
  throw new Error(`The hub at ${hub.url} gave an answer that this program does not know. ${await versionWords(hub)}`);
}

async function request({ url, token, folder }: HubAddress, path: string, asking: Asking = {}): Promise<Response> {
  const { method = "GET", body, signal } = asking;
  const authorization = token === null ? undefined : { Authorization: `Bearer ${token}` };
  const contentType = body && { "Content-Type": "application/json" };
  // On this computer, or a local network, packing costs more than it saves.
  const headers = { "Accept-Encoding": "identity", ...authorization, ...contentType };
  const json = body && { body: JSON.stringify(body) };
  try {
    return await fetch(url + path, { method, headers, redirect: "error", ...json, ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(unreachableWords({ url, token, folder }, error), { cause: error });
  }
}

function unreachableWords({ url, folder }: HubAddress, error: unknown): string {
  const why = reasonOfFetch(error);
  if (why === CLOSED)
    return `What is at ${url} closes the connection: another program, or a hub that must be started with --allow to let this computer's address in.`;
  if (folder === null) return `No hub answers at ${url}: ${why}. Is the address right, and does the hub run?`;
  return `The hub that ran on ${folder} does not answer at ${url}: ${why}. It was killed, perhaps: start it with bramble serve.`;
}

const CLOSED = "it closes the connection";

/** What fetch fails of is in its cause. */
function reasonOfFetch(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ECONNREFUSED") return "connections are refused";
  if (code === "UND_ERR_SOCKET" || code === "ECONNRESET") return CLOSED;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "nobody has that name";
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH") return "there is no way to it from here";
  if (code === "ETIMEDOUT" || code === "UND_ERR_CONNECT_TIMEOUT") return "nothing answers";
  return cause instanceof Error ? cause.message : String(cause);
}

async function refusedWords({ url, token, folder }: HubAddress): Promise<string> {
  if (token === null)
    return `The hub at ${url} wants a token. Give it with --token, or as BRAMBLE_TOKEN in the environment.`;
  const common = `The hub at ${url} refuses the token.`;
  return folder === null
    ? `${common} That of hub.json is good on the hub's own computer alone, at 127.0.0.1, and until the hub is restarted.`
    : `${common} Is another one in BRAMBLE_TOKEN, or was the hub started with a --host that is not 127.0.0.1?`;
}

/** How the versions differ, where they do. */
async function versionWords(hub: HubAddress): Promise<string> {
  const own = packageJson.version;
  const health: unknown = await request(hub, "/healthz")
    .then((response) => response.json())
    .catch(() => null);
  if (!Value.Check(Type.Pick(Health, ["version"]), health)) return `What answers at ${hub.url} is no hub of Bramble.`;
  const { version } = health;
  return version === own ? "" : `The hub is version ${version}, this program ${own}: use the hub's own.`;
}

function parseUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
    throw new Misuse(`--url takes http://HOST:PORT, not “${text}”.`);
  return url.origin + url.pathname.replace(/\/$/, "");
}
