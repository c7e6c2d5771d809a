// Why a query is not answered: the type that Prometheus gives it, and words for people.
import { BrambleError, type Problem } from "../../shared/errors.ts";
import { render } from "../../shared/messages/render.ts";

/** As Prometheus names them: a query that is wrong, one that asks for too much, one that took too long, one nobody waits for. */
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
