// Checks a body without coercion. The validator of query strings turns texts into numbers and 1 into true, which a body must not
// suffer.
import type { FastifyInstance, FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { once } from "../start/compile-later.ts";

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

/** For the routes of `app` that need no body. Some clients send a Content-Type without a body. */
export function acceptNoBody(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, body, done) => {
    return body === "" ? done(null, undefined) : parseJson(request, body, done);
  });
}
