// How the bench's programs are told what to do, and how they tell what came of it: one line of JSON each way.
import type { Static, TSchema } from "typebox";
import { Value } from "typebox/value";

export function readOptions<T extends TSchema>(schema: T): Static<T> {
  return Value.Parse(schema, JSON.parse(process.argv[2] ?? ""));
}

export function report(result: object): void {
  console.log(JSON.stringify(result));
}
