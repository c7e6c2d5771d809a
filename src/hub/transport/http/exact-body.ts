// Checks a body as it stands. The validator that fits query strings turns texts into numbers and 1 into true, which is not
// what was sent on purpose.
import type { FastifyInstance, FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { once } from "./start/compile-later.ts";

/** For a route whose parameters are texts. */
export const exactBody: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const compiled = once(() => Compile(schema));
  return (value: unknown) => {
    const body = compiled();
    if (body.Check(value)) return { value };
    const [fault] = body.Errors(value);
    return { error: new Error(`${httpPart}${fault?.instancePath ?? ""} ${fault?.message ?? "is not as expected"}`) };
  };
};

/** For the routes of `app` that need none. Clients that always name a type do so for a request without a body, too. */
export function acceptNoBody(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, body, done) => {
    return body === "" ? done(null, undefined) : parseJson(request, body, done);
  });
}
