// Why a move is stalled, as a message for people.
import { BrambleError, Failure, reasonOf } from "../../shared/errors.ts";
import { type AnyMessage, message } from "../../shared/messages/message.ts";
import { reasonAlone } from "../store/reason-alone.ts";
import { TargetAway } from "./copying/transfer.ts";

export class MoveProblem extends Failure {
  constructor(kind: "another-hub" | "not-equal" | "spool" | "workers") {
    super(message(`move/${kind}`));
  }
}

export function problemOf(error: unknown): AnyMessage {
  if (error instanceof Failure) return error.reason;
  if (error instanceof TargetAway) return message("move/away");
  if (isOfPassword(error)) return message("move/wrong-password");
  return message("move/failed", { reason: reasonAlone(reasonOf(error)) });
}

/** The store's own words name flags, which the address of a move does not come from. */
function isOfPassword(error: unknown): boolean {
  if (!(error instanceof BrambleError)) return false;
  const { reason, cause } = error;
  return (typeof reason !== "string" && reason.code === "store/wrong-password") || isOfPassword(cause);
}
