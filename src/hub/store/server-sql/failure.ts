// Failures of the database server as messages for people (messages/en/storage/server.ts says to whom).
import { errorCode, errorText } from "../../../shared/error-text.ts";
import { BrambleError, reasonOf } from "../../../shared/errors.ts";
import { type Message, message } from "../../../shared/messages/message.ts";
import { reasonAlone } from "../reason-alone.ts";
import type { StoreAddress } from "../store-address.ts";
import type { Dialect } from "./dialect.ts";

/** A transaction that failed after its readings had their times: it may be committed all the same, where its answer was lost. */
export class UncertainCommit extends BrambleError {
  readonly tsMs: Float64Array;

  constructor(error: BrambleError, tsMs: Float64Array) {
    super(error.code, error.reason, { cause: error.cause });
    this.tsMs = tsMs;
  }
}

/** The error of the store's port; the driver's own is its cause. */
export function storeFailure(dialect: Dialect, cause: unknown): BrambleError {
  if (cause instanceof BrambleError) return cause;
  return new BrambleError("store-failed", reasonFor(dialect, cause), { cause });
}

/** Why the hub does not start. */
export function startFailure(address: StoreAddress, error: unknown): BrambleError {
  const reason = message("store/unusable", { address: address.toString(), reason: reasonAlone(reasonOf(error)) });
  return new BrambleError("store-failed", reason, { cause: error });
}

function reasonFor({ product, failureKind }: Dialect, cause: unknown): Message {
  const reason = errorText(cause);
  const kind = failureKind(cause);
  switch (kind) {
    case "unreachable":
      return message("store/unreachable", { product, reason: codeOf(cause) ?? reason });
    case "not-allowed":
      return message("store/not-allowed", { product, reason });
    case "conflict":
    case "other":
      return message("store/failed", { product, reason });
    case "starting":
    case "not-admitted":
    case "wrong-password":
    case "no-database":
    case "disk-full":
    case "read-only":
      return message(`store/${kind}`, { product });
  }
}

/** Where a code says nothing to people, and the error's own text names the user. */
const WORDS: Readonly<Record<string, string>> = { "53300": "too many connections" };

function codeOf(cause: unknown): string | null {
  const code = errorCode(cause);
  return code === "" ? null : (WORDS[code] ?? code);
}
