// The log, and what happens when it cannot be written.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLog } from "../../../src/hub/observe/log/log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";
import { until } from "../../support/until.ts";

const options = { level: "info", consoleLevel: "fatal" } as const;

test("lines are on disk once it is closed", async () => {
  using folder = makeTemporaryFolder();
  const { log, close } = openLog({ ...options, folder: folder.path, clock: new FakeClock(0) });
  log.info({ deviceId: "pi" }, "hello");
  log.debug("not this");
  await close();
  const text = readFileSync(join(folder.path, "logs", "hub.log"), "utf8");
  expect(
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ deviceId: "pi", msg: "hello" }]);
});

test("a file that cannot be written ends nothing, and is tried again later", async () => {
  using folder = makeTemporaryFolder();
  const path = join(folder.path, "logs");
  writeFileSync(path, "in the way");
  const clock = new FakeClock(0);
  const { log, close } = openLog({ ...options, folder: folder.path, clock });
  log.info("lost");
  // The file is opened in the background, by a few of such calls.
  for (let turn = 0; turn < 50; turn++) await stat(path);
  log.info("lost as well");
  rmSync(path);
  await until("the log is written again", async () => {
    clock.advance(10_000);
    log.info("found");
    return readFile(join(path, "hub.log")).includes("found") ? true : undefined;
  });
  expect(readFile(join(path, "hub.log"))).not.toContain("lost");
  await close();
});

test("a message that comes over and over leaves room for others, and is counted", async () => {
  using folder = makeTemporaryFolder();
  const clock = new FakeClock(0);
  const { log, close } = openLog({ ...options, folder: folder.path, clock });
  const child = log.child({ name: "mqtt" });
  for (let line = 0; line < 1_000; line++) child.warn({ topic: `t${line}` }, "not retained");
  for (let line = 0; line < 30; line++) child.info("approved");
  log.error({ err: new Error("no") }, "failed");
  clock.advance(60_000);
  child.warn({ topic: "later" }, "not retained");
  child.warn({ topic: "last" }, "not retained");
  await close();
  const text = readFile(join(folder.path, "logs", "hub.log"));
  const lines = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.filter(({ msg }) => msg === "not retained")).toHaveLength(22);
  expect(lines.filter(({ msg }) => msg === "approved")).toHaveLength(30);
  expect(lines.at(-3)).toMatchObject({ msg: "failed", err: { message: "no" } });
  expect(lines.at(-2)).toMatchObject({ name: "mqtt", topic: "later", unwritten: 980, msg: "not retained" });
  expect(lines.at(-1)).not.toHaveProperty("unwritten");
});

function readFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
