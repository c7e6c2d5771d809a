// Memory after a flood: garbage collection shrinks V8's heap, and the C library returns free pages.
import { expect, test } from "vitest";
import { findCollector } from "../../../src/hub/process/garbage.ts";
import { trimHeap } from "../../../src/hub/store/sqlite/threads/trim-heap.ts";

const BLOCK_BYTES = 60_000;
const BLOCKS = 4_000;

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
