// Memory after a flood: garbage collection shrinks V8's heap, and the C library returns free pages.
import { constants, PerformanceObserver, performance } from "node:perf_hooks";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { expect, test } from "vitest";
import { beginCollection, favourMemory, findCollector } from "../../../src/hub/process/garbage.ts";
import { trimHeap } from "../../../src/hub/store/sqlite/threads/trim-heap.ts";
import { run } from "../../support/run.ts";
import { until } from "../../support/until.ts";

const BLOCK_BYTES = 60_000;
const BLOCKS = 4_000;
const OBJECTS = 1_000_000;

const Collection = Type.Object({
  startTime: Type.Number(),
  detail: Type.Object({ kind: Type.Integer(), flags: Type.Integer() }),
});

test.runIf(process.platform === "linux")("what was freed between blocks that live on goes back to the system", () => {
  const collectGarbage = findCollector();
  const kept: Buffer[] = [];
  let blocks: Buffer[] = [];
  for (let count = 0; count < BLOCKS; count++) {
    blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES).fill(1));
    kept.push(Buffer.allocUnsafeSlow(100).fill(1));
  }
  const fullBytes = process.memoryUsage.rss();
  blocks = [];
  // The second one gives back what the first one emptied.
  collectGarbage();
  collectGarbage();
  trimHeap();
  expect(fullBytes - process.memoryUsage.rss()).toBeGreaterThan((BLOCK_BYTES * BLOCKS) / 2);
  expect(kept).toHaveLength(BLOCKS);
});

test("pages that V8 keeps for objects to come go back to the system once memory is favoured", async () => {
  let objects: unknown[] = [];
  for (let count = 0; count < OBJECTS; count++) objects.push({ count, list: [count] });
  const fullBytes = process.memoryUsage.rss();
  const heldBytes = process.memoryUsage().heapUsed;
  objects = [];
  findCollector()();
  const freedBytes = heldBytes - process.memoryUsage().heapUsed;
  favourMemory(true);
  // Where a program does nothing at all, V8 gives memory back by itself.
  const work = setInterval(() => Array.from({ length: 20_000 }, (_, count) => ({ count })), 10);
  try {
    await until(
      "V8 gives them back",
      async () => fullBytes - process.memoryUsage.rss() > freedBytes / 2 || undefined,
      30_000,
    );
  } finally {
    clearInterval(work);
    favourMemory(false);
  }
  expect(freedBytes).toBeGreaterThan(50 * OBJECTS);
});

test("garbage is collected in steps where the thread has to go on", async () => {
  const found: Static<typeof Collection>[] = [];
  const observer = new PerformanceObserver((list) => {
    found.push(...list.getEntries().filter((entry) => Value.Check(Collection, entry)));
  });
  observer.observe({ entryTypes: ["gc"] });
  const kept = Array.from({ length: OBJECTS / 4 }, (_, count) => ({ count, list: [count] }));
  let objects = Array.from({ length: OBJECTS }, (_, count) => ({ count, list: [count] }));
  findCollector()();
  const fullBytes = process.memoryUsage().heapUsed;
  objects = [];
  const begunMs = performance.now();
  beginCollection();
  const whole = () =>
    found.filter(({ startTime, detail }) => startTime > begunMs && detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR);
  await until("the garbage is gone", async () => process.memoryUsage().heapUsed < fullBytes / 2 || undefined, 30_000);
  await until("the collection is reported", async () => whole().length > 0 || undefined);
  observer.disconnect();
  expect(whole().filter(({ detail }) => detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED)).toEqual([]);
  expect([kept.length, objects.length]).toEqual([OBJECTS / 4, 0]);
});

const OUT_OF_ADDRESSES = `
  import { execFileSync } from "node:child_process";
  import { readFileSync } from "node:fs";
  import { beginCollection } from "./src/hub/process/garbage.ts";
  const [, sizeKb] = /VmSize:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"));
  execFileSync("prlimit", ["--pid", String(process.pid), "--as=" + (Number(sizeKb) + 32_768) * 1_024]);
  beginCollection();
  console.log("went on");`;

test.runIf(process.platform === "linux")("a system that gives no more addresses does not end the hub", async () => {
  expect(await run(process.execPath, ["--input-type=module", "--eval", OUT_OF_ADDRESSES])).toBe("went on\n");
});
