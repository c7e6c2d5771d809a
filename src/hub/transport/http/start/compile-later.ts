// The schemas of a route are compiled when it is first asked. To compile all of them takes a third of the start, and most
// routes are not asked in the life of a hub.
import { Ajv } from "ajv";
import fastJsonStringify from "fast-json-stringify";
import type { FastifyInstance } from "fastify";
import type { TSchema } from "typebox";

/** Sets what checks parameters and what writes answers, for all routes of `app` that do not bring their own. */
export function compileLater(app: FastifyInstance): void {
  // Defaults are the handlers' own, which may have to know what was sent. The schemas are our own, too: they need no check.
  const ajv = new Ajv({ coerceTypes: "array", validateSchema: false });
  app.setValidatorCompiler<TSchema>(({ schema }) => {
    const compiled = once(() => ajv.compile(schema));
    return (value: unknown) => {
      const validate = compiled();
      return validate(value) ? { value } : { error: [...(validate.errors ?? [])] };
    };
  });
  app.setSerializerCompiler<TSchema>(({ schema }) => {
    const compiled = once(() => fastJsonStringify(schema));
    return (answer: unknown) => compiled()(answer);
  });
}

/** What `make` makes, at the first call. */
export function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
