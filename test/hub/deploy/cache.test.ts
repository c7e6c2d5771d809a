// Downloads that runs share.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { cached } from "../../../build/cache.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";

test("what two runs fetch at once is there once, for both", () => {
  using home = makeTemporaryFolder();
  vi.stubEnv("XDG_CACHE_HOME", home.path);
  const fill = (folder: string) => writeFileSync(join(folder, "file"), "");
  const folder = cached("runtime", (mine) => {
    // The other run is faster.
    const theirs = join(dirname(mine), "runtime");
    mkdirSync(theirs);
    fill(theirs);
    fill(mine);
  });
  vi.unstubAllEnvs();
  expect(existsSync(join(folder, "file"))).toBe(true);
  expect(readdirSync(dirname(folder))).toEqual(["runtime"]);
});
