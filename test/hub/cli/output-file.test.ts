// Files that commands write: whole under their name, or not there.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { finishFile, outputFile } from "../../../src/cli/output-file.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";

test("a file that gets the name meanwhile stays, and nothing is left beside it", () => {
  using folder = makeTemporaryFolder();
  const path = join(folder.path, "readings.csv");
  const file = outputFile(path, false);
  writeFileSync(file.part, "ours");
  writeFileSync(path, "theirs");
  expect(() => finishFile(file)).toThrow(/there already/);
  expect(readFileSync(path, "utf8")).toBe("theirs");
  expect(readdirSync(folder.path)).toEqual(["readings.csv"]);
});
