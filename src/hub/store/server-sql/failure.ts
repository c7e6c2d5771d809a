// Why the database server did not do what it was asked, in sentences for people. Neither a password nor a statement is in them.
import { BrambleError } from "../../../shared/errors.ts";
import type { StoreAddress } from "../store-address.ts";
import type { Dialect } from "./dialect.ts";

/** The error as the store's port wants it; the driver's own is its cause. */
export function storeFailure(dialect: Dialect, address: StoreAddress, cause: unknown): BrambleError {
  if (cause instanceof BrambleError) return cause;
  return new BrambleError("store-failed", sentenceFor(dialect, address, cause), { cause });
}

function sentenceFor(dialect: Dialect, { place, user, database }: StoreAddress, cause: unknown): string {
  const { product } = dialect;
  const reason = cause instanceof Error ? cause.message || codeOf(cause) : String(cause);
  switch (dialect.failureKind(cause)) {
    case "unreachable":
      return `${product} at ${place} cannot be reached (${reason}). Nothing is acknowledged until it is back.`;
    case "starting":
      return `${product} at ${place} is starting or stopping (${reason}). Nothing is acknowledged until it is ready.`;
    case "wrong-password":
      return `${product} at ${place} does not accept user “${user}” with this password. Correct --store (or BRAMBLE_STORE).`;
    case "no-database":
      return `${product} at ${place} has no database “${database}”. Create it, owned by “${user}”, and start again.`;
    case "not-allowed":
      return `User “${user}” of ${product} at ${place} may not do this in “${database}” (${reason}). Make it the owner of the database.`;
    case "disk-full":
      return `The disk of ${product} at ${place} is full (${reason}). Nothing is acknowledged until there is room.`;
    case "conflict":
    case "other":
      return `${product} at ${place} failed: ${reason}.`;
  }
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : error.name;
}
