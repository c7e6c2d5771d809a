// All errors of the hub. Codes are stable and for programs; messages are for people.
import { errorText } from "./error-text.ts";
import type { AnyMessage, Message, MessageCode } from "./messages/message.ts";
import { render } from "./messages/render.ts";

/** HTTP status of each error code; the keys are the complete list of codes. */
export const errorStatus = {
  // Permanent errors of a message: the sender has to change it.
  "not-json": 400,
  "not-an-object": 400,
  "no-device": 400,
  "bad-device-id": 400,
  "device-mismatch": 400,
  "bad-metric": 400,
  "forbidden-key": 400,
  "bad-time": 400,
  "no-usable-value": 400,
  "too-deep": 400,
  "too-large": 413,
  "too-many-readings": 413,
  "too-many-metrics": 400,
  "too-many-devices": 400,
  "too-many-views": 400,
  "too-many-annotations": 400,
  "bad-about": 400,
  "bad-status": 400,
  "bad-state": 400,
  "bad-reply": 400,
  "bad-encoding": 400,
  "device-blocked": 403,
  // Invalid requests.
  "bad-request": 400,
  "not-signed-in": 401,
  "key-required": 401,
  "wrong-key": 401,
  "key-not-accepted": 401,
  "wrong-password": 401,
  "link-expired": 401,
  forbidden: 403,
  "foreign-host": 403,
  "foreign-origin": 403,
  "set-by-flag": 409,
  "cut-off": 409,
  "key-changed": 409,
  "person-exists": 409,
  "no-such-key": 404,
  "no-such-person": 404,
  "no-such-session": 404,
  "no-such-share": 404,
  "no-such-view": 404,
  "no-such-mend": 404,
  "too-many-keys": 409,
  "too-many-people": 409,
  "too-many-shares": 409,
  "too-many-mends": 409,
  "bad-value": 400,
  "bad-certificate": 400,
  "port-taken": 409,
  "no-such-control": 404,
  "no-such-command": 404,
  "no-such-device": 404,
  "no-such-client": 404,
  "no-such-backup": 404,
  "backup-running": 409,
  "no-backup-files": 409,
  "move-refused": 409,
  "no-such-refused": 404,
  "not-kept-whole": 409,
  "not-joined": 409,
  "bad-import": 400,
  "no-such-import": 404,
  "import-running": 409,
  "import-offset": 409,
  "no-such-route": 404,
  "method-not-allowed": 405,
  "unsupported-media-type": 415,
  "expectation-failed": 417,
  "headers-too-large": 431,
  "request-timeout": 408,
  // A request that may succeed later.
  "locked-out": 429,
  "too-many-requests": 429,
  "too-many-commands": 429,
  "certificate-limited": 429,
  "joining-closed": 403,
  "waiting-list-full": 503,
  "waiting-device-full": 429,
  "device-leaving": 503,
  "store-failed": 503,
  "disk-full": 503,
  "broker-away": 503,
  "too-many-connections": 503,
  "out-of-memory": 503,
  "hub-stopping": 503,
  internal: 500,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/** A message code of an error: the error's own code, or with a part behind a slash where it has several sentences. */
type ProblemCode = Extract<MessageCode, ErrorCode | `${ErrorCode}/${string}`>;

/** An error as a value: an expected outcome is returned, never thrown. */
export type Problem = Message<ProblemCode>;

/** The subject of the message, for programs. */
export interface ProblemDetail {
  /** Path of the field inside the message, such as `bme280.temperature` or `[3].ts`. */
  readonly field?: string;
  /** Zero-based character in the message. */
  readonly position?: number;
  readonly limit?: number;
}

/** The error code of a problem, which has an HTTP status. */
export function errorOf({ code }: Problem): ErrorCode {
  const slash = code.indexOf("/");
  const error = slash < 0 ? code : code.slice(0, slash);
  if (isErrorCode(error)) return error;
  throw new Error(`no error code: ${code}`);
}

/** Undefined where the message has no such parameter. */
export function detailsOf(problem: Problem): ProblemDetail[] | undefined {
  const detail: { field?: string; position?: number; limit?: number } = {};
  const { params } = problem;
  if ("field" in params && params.field !== "") detail.field = params.field;
  else if ("item" in params && params.item !== "") detail.field = params.item;
  if ("position" in params) detail.position = params.position;
  if ("limit" in params) detail.limit = params.limit;
  return Object.keys(detail).length === 0 ? undefined : [detail];
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorStatus, code);
}

/**
 * A broken invariant or a failure below us; it is thrown, and carries what caused it. `reason` is a message where people may
 * read it in their language; the error's own `message` is the English.
 */
export class BrambleError extends Error {
  readonly code: ErrorCode;
  readonly reason: AnyMessage | string;
  constructor(code: ErrorCode, reason: AnyMessage | string, options?: ErrorOptions) {
    super(typeof reason === "string" ? reason : render(reason), options);
    this.name = "BrambleError";
    this.code = code;
    this.reason = reason;
  }
}

/** A failure with a message for people: thrown where it is found, rendered where it is read. Its `message` is the English. */
export class Failure extends Error {
  readonly reason: AnyMessage;
  constructor(reason: AnyMessage, options?: ErrorOptions) {
    super(render(reason), options);
    this.name = "Failure";
    this.reason = reason;
  }
}

/** Why something failed: a message where the error has one, else its text. */
export function reasonOf(error: unknown): AnyMessage | string {
  return error instanceof Failure || error instanceof BrambleError ? error.reason : errorText(error);
}

/** Ends a switch that covers every case; a new case then fails to compile. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${String(value)}`);
}
