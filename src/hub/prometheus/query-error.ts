// Why a query is not answered: Prometheus' type of the error, and a message for people.
import { BrambleError, type Problem } from "../../shared/errors.ts";
import { render } from "../../shared/messages/render.ts";

/** Prometheus' names: an invalid query, one over a limit, one that timed out, one whose client disconnected. */
export type QueryErrorType = "bad_data" | "execution" | "timeout" | "canceled";

export class QueryError extends BrambleError {
  readonly type: QueryErrorType;
  readonly problem: Problem;

  constructor(type: QueryErrorType, problem: Problem) {
    super("bad-request", render(problem));
    this.type = type;
    this.problem = problem;
  }
}
