// The HTTP client of the hub's API. The desktop app and the browser use the same relative addresses.
import type { ApiError } from "../../shared/api.ts";
import { hubClock } from "./hub-clock.ts";

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
  /** How long to wait before another attempt; null where the hub does not say. */
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

export const isSignedOut = (error: Error | null): boolean => error instanceof ApiFailure && error.status === 401;

/** The message to show for an error. */
export function explain(error: Error): string {
  return error instanceof ApiFailure ? error.message : "The hub does not answer.";
}

/** Throws `ApiFailure` for an error status. Not validated: the hub is held to the schemas of `shared/api.ts`. */
export async function request<Answer>(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetchFromHub(url, init);
  if (!response.ok) throw new ApiFailure(response, await readError(response));
  return response.json();
}

/** For files. */
export async function requestBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetchFromHub(url);
  if (!response.ok) throw new ApiFailure(response, await readError(response));
  return new Uint8Array(await response.arrayBuffer());
}

export function post<Answer>(url: string, body: object): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  return request(url, { method: "POST", headers, body: JSON.stringify(body) });
}

/** DELETE answers without a body. */
export async function remove(url: string): Promise<void> {
  const response = await fetchFromHub(url, { method: "DELETE" });
  if (!response.ok) throw new ApiFailure(response, await readError(response));
}

/** POST to a route that answers without a body. */
export async function postForNothing(url: string, body: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetchFromHub(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new ApiFailure(response, await readError(response));
}

export function patch<Answer>(url: string, body: object): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  return request(url, { method: "PATCH", headers, body: JSON.stringify(body) });
}

async function fetchFromHub(url: string, init?: RequestInit): Promise<Response> {
  const sentMs = Date.now();
  const response = await fetch(url, init);
  hubClock.learn(sentMs, Date.now(), response.headers.get("date"));
  return response;
}

/** A proxy between the page and the hub may answer with HTML. */
async function readError(response: Response): Promise<ApiError> {
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  if (isJson) return response.json();
  return { error: "not-json", message: `The hub answered with status ${response.status}.` };
}
