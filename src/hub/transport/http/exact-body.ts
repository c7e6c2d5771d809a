// Checks a body as it stands. The validator that fits query strings turns texts into numbers and 1 into true, which is not
// what somebody meant who sent a value on purpose.
import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";

/** For a route whose parameters are texts. */
export const exactBody: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const compiled = Compile(schema);
  return (value: unknown) => {
    if (compiled.Check(value)) return { value };
    const [fault] = compiled.Errors(value);
    return { error: new Error(`${httpPart}${fault?.instancePath ?? ""} ${fault?.message ?? "is not as expected"}`) };
  };
};
