// Why a move is stalled, as a message for people.
import { Failure, reasonOf } from "../../shared/errors.ts";
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
  return message("move/failed", { reason: reasonAlone(reasonOf(error)) });
}
