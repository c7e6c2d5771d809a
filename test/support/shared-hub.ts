// One hub for independent tests of a file or a `describe`: starting a hub takes longer than most tests.
import { afterAll, beforeAll } from "vitest";
import { TestHub } from "./hub.ts";

/** Call it where the tests are registered: the hub runs while they do. */
export function shareTestHub(...args: readonly string[]): TestHub {
  const hub = new TestHub(args);
  beforeAll(() => hub.start());
  afterAll(() => hub[Symbol.asyncDispose]());
  return hub;
}
