// Why the database server did not do what it was asked, in sentences for people. /healthz shows them to everyone: they name no
// address, no user, no statement. What is said at start is for the person at the hub, and names the address; never the password.
import { errorText } from "../../../shared/error-text.ts";
import { BrambleError } from "../../../shared/errors.ts";
import type { StoreAddress } from "../store-address.ts";
import type { Dialect } from "./dialect.ts";

/** A transaction that failed after its readings had their times: it may be committed all the same, where its answer was lost. */
export class UncertainCommit extends BrambleError {
  readonly tsMs: Float64Array;

  constructor(error: BrambleError, tsMs: Float64Array) {
    super(error.code, error.message, { cause: error.cause });
    this.tsMs = tsMs;
  }
}

/** The error as the store's port wants it; the driver's own is its cause. */
export function storeFailure(dialect: Dialect, cause: unknown): BrambleError {
  if (cause instanceof BrambleError) return cause;
  return new BrambleError("store-failed", sentenceFor(dialect, cause), { cause });
}

/** Why the hub does not start. */
export function startFailure(address: StoreAddress, error: unknown): BrambleError {
  const reason = errorText(error);
  return new BrambleError("store-failed", `The store ${address} cannot be used. ${reason}`, { cause: error });
}

function sentenceFor({ product, failureKind }: Dialect, cause: unknown): string {
  const reason = errorText(cause);
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : reason;
  switch (failureKind(cause)) {
    case "unreachable":
      return `${product} cannot be reached (${code}). Nothing is acknowledged until it is back.`;
    case "starting":
      return `${product} is starting or stopping. Nothing is acknowledged until it is ready.`;
    case "wrong-password":
      return `${product} does not accept this user with this password. Correct --store, or BRAMBLE_STORE.`;
    case "no-database":
      return `${product} has no database of this name. Create it, owned by this user, and start again.`;
    case "not-allowed":
      return `${product} does not allow this to its user (${reason}). Make the user the owner of the database.`;
    case "disk-full":
      return `The disk of ${product} is full. Nothing is acknowledged until there is room.`;
    case "conflict":
    case "other":
      return `${product} failed: ${reason}.`;
  }
}
