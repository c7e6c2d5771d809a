// The schemas of a route are compiled at its first request. Compiling all of them takes a third of the start, and most routes are
// never requested in the life of a hub.
import { Ajv } from "ajv";
import fastJsonStringify from "fast-json-stringify";
import type { FastifyInstance } from "fastify";
import type { TSchema } from "typebox";

/** Sets the validator and the serialiser, for all routes of `app` without their own. */
export function compileLater(app: FastifyInstance): void {
  // Handlers set their own defaults, since they may need to know what was sent. Our own schemas need no check.
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
