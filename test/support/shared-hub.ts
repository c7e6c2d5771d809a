// One hub for those tests of a file, or of a `describe`, that do not get into each other's way: a start costs more than most questions.
import { afterAll, beforeAll } from "vitest";
import { TestHub } from "./hub.ts";

/** Call it where the tests are registered: the hub runs while they do. */
export function shareTestHub(...args: readonly string[]): TestHub {
  const hub = new TestHub(args);
  beforeAll(() => hub.start());
  afterAll(() => hub[Symbol.asyncDispose]());
  return hub;
}
