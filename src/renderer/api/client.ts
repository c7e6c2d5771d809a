// The HTTP client of the hub's API. The desktop app and the browser use the same relative addresses. Every exchange has a time
// limit that covers its body, too: a frozen network ends a request as a failure instead of leaving it open.
import type { ApiError } from "../../shared/api.ts";
import { language } from "../i18n/language.ts";
import { text } from "../i18n/text.ts";
import { hubClock } from "./feed/hub-clock.ts";
import { Signal } from "./feed/signal.ts";

/** Without an answer by then the hub is taken for unreachable. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Of an answer that the hub works for: its checks, the merging or deleting of a long history. */
export const LONG_REQUEST_TIMEOUT_MS = 120_000;

const FORBIDDEN = 403;

type QueryValue = string | number | readonly string[] | undefined;

/** Relative to the page, so that it works behind a proxy that serves the hub under a path. */
export function apiUrl(path: string, query: Readonly<Record<string, QueryValue>> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of [value].flat()) parameters.append(name, String(one));
  }
  const search = parameters.toString();
  return search === "" ? `api/v1/${path}` : `api/v1/${path}?${search}`;
}

/** The hub answered with an error. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  /** Retry-After; null where the hub sends none. */
  readonly retryAfterSeconds: number | null;
  constructor(response: Response, { error, message }: ApiError) {
    super(message);
    const { status, headers } = response;
    const wait = headers.get("retry-after");
    this.retryAfterSeconds = wait === null ? null : Number(wait);
    this.name = "ApiFailure";
    this.status = status;
    this.code = error;
  }
}

/** The latest answer that one may not have: who looks may have changed. */
export const latestRefusal = new Signal<ApiFailure | null>(null);

export const isSignedOut = (error: Error | null): boolean => error instanceof ApiFailure && error.status === 401;

/** The message to show for an error. */
export function explain(error: unknown): string {
  return error instanceof ApiFailure ? error.message : text.connection.noAnswer;
}

export interface RequestOptions extends RequestInit {
  readonly timeoutMs?: number;
}

/** Throws `ApiFailure` for an error status. Not validated: the hub is held to the schemas of `shared/api.ts`. */
export function request<Answer>(url: string, options?: RequestOptions): Promise<Answer> {
  return exchange(url, options, (response): Promise<Answer> => response.json());
}

/** For files. */
export function requestBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
  return exchange(url, { timeoutMs: LONG_REQUEST_TIMEOUT_MS }, async (response) => {
    return new Uint8Array(await response.arrayBuffer());
  });
}

export function post<Answer>(url: string, body: object, timeoutMs = REQUEST_TIMEOUT_MS): Promise<Answer> {
  return request(url, { ...jsonOf("POST", body), timeoutMs });
}

/** DELETE answers without a body. */
export function remove(url: string, timeoutMs = REQUEST_TIMEOUT_MS): Promise<void> {
  return exchange(url, { method: "DELETE", timeoutMs }, ignoreBody);
}

/** To a route that answers without a body. */
export function postForNothing(url: string, body: object, method = "POST"): Promise<void> {
  return exchange(url, jsonOf(method, body), ignoreBody);
}

export function patch<Answer>(url: string, body: object): Promise<Answer> {
  return request(url, jsonOf("PATCH", body));
}

export function put<Answer>(url: string, body: object, timeoutMs = REQUEST_TIMEOUT_MS): Promise<Answer> {
  return request(url, { ...jsonOf("PUT", body), timeoutMs });
}

const ignoreBody = async (): Promise<void> => undefined;

function jsonOf(method: string, body: object): RequestInit {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

async function exchange<Answer>(
  url: string,
  { timeoutMs = REQUEST_TIMEOUT_MS, signal, ...init }: RequestOptions = {},
  read: (response: Response) => Promise<Answer>,
): Promise<Answer> {
  // The oldest supported Chromium has no `AbortSignal.any`.
  const ending = new AbortController();
  const cancel = () => ending.abort(signal?.reason);
  signal?.addEventListener("abort", cancel);
  if (signal?.aborted) cancel();
  const timer = setTimeout(
    () => ending.abort(new DOMException(`no answer in ${timeoutMs} ms`, "TimeoutError")),
    timeoutMs,
  );
  try {
    const sentMs = Date.now();
    const headers = new Headers(init.headers);
    // The window's language may differ from the browser's.
    headers.set("accept-language", language);
    const response = await fetch(url, { ...init, headers, signal: ending.signal });
    hubClock.learn(sentMs, Date.now(), response.headers.get("date"));
    if (!response.ok) {
      const failure = new ApiFailure(response, await readError(response));
      if (isSignedOut(failure) || failure.status === FORBIDDEN) latestRefusal.set(failure);
      throw failure;
    }
    return await read(response);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
  }
}

/** A proxy between the page and the hub may answer with HTML, or with JSON of its own. */
async function readError(response: Response): Promise<ApiError> {
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  const answer: Partial<Record<keyof ApiError, unknown>> | null = isJson ? await response.json() : null;
  const { error, message } = answer ?? {};
  if (typeof error === "string" && typeof message === "string") return { error, message };
  return { error: "not-json", message: text.connection.answeredWithStatus(response.status) };
}
