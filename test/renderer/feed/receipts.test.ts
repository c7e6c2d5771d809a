// How the commands of this window end is told once, whichever comes first: the hub's answer that it took one, or its end.
import { beforeEach, expect, test } from "vitest";
import { commandChanged, commandTaken, receipt } from "../../../src/renderer/api/feed/receipts.ts";
import type { Command } from "../../../src/shared/controls/command.ts";

const command = (id: string, state: Command["state"]): Command => ({
  id,
  device: "pi",
  control: "led",
  value: true,
  by: "owner",
  state,
  expiresAtMs: 0,
  timeline: [],
});

beforeEach(() => receipt.set(undefined));

test("the end comes behind the answer, as it does for a device that takes its time", () => {
  commandTaken("a");
  commandChanged(command("a", "sent"));
  expect(receipt.get()).toBeUndefined();
  const done = command("a", "done");
  commandChanged(done);
  expect(receipt.get()).toBe(done);
});

test("the end comes before the answer, as it does for a device that is quick", () => {
  const failed = command("b", "failed");
  commandChanged(failed);
  expect(receipt.get()).toBeUndefined();
  commandTaken("b");
  expect(receipt.get()).toBe(failed);
});

test("what others asked for is not told, however much it is", () => {
  for (let index = 0; index < 100; index++) commandChanged(command(`other ${index}`, "done"));
  const own = command("c", "done");
  commandChanged(own);
  expect(receipt.get()).toBeUndefined();
  commandTaken("c");
  expect(receipt.get()).toBe(own);
  // Forgotten by now.
  commandTaken("other 1");
  expect(receipt.get()).toBe(own);
});
