// The history of ended commands: the newest of each device, by id, and the last desired value of each control.
import { expect, test } from "vitest";
import { CommandHistory } from "../../../src/hub/commands/command-history.ts";
import type { Command } from "../../../src/shared/controls/command.ts";

const START_MS = Date.UTC(2026, 0, 31, 12);
const MAX_HISTORY = 200;

function command(number: number, fields: Partial<Command> = {}): Command {
  return {
    id: `c${number}`,
    device: "pi",
    control: "led",
    value: number,
    state: "done",
    by: "admin",
    expiresAtMs: START_MS + 60_000,
    timeline: [{ state: "queued", atMs: START_MS + number }],
    ...fields,
  };
}

test("the oldest over the limit are removed, and their removal from the disk is queued", () => {
  const history = new CommandHistory();
  for (let number = 0; number < MAX_HISTORY + 3; number++) history.keep(command(number));
  history.keep(command(1_000, { device: "other" }));
  expect(history.list("pi")).toHaveLength(MAX_HISTORY);
  expect(history.get("c2")).toBeUndefined();
  expect(history.get("c3")?.id).toBe("c3");
  const forgotten = history.takeRemovals();
  expect(forgotten).toEqual(["c0", "c1", "c2"]);
  expect(history.takeRemovals()).toEqual([]);
  history.requeueRemovals(forgotten);
  expect(history.takeRemovals()).toEqual(forgotten);
});

test("a control shows the command issued last, whichever ends first", () => {
  const history = new CommandHistory();
  history.note(command(1, { state: "queued" }));
  history.note(command(2, { state: "queued" }));
  history.note(command(1, { state: "done" }));
  expect(history.desired("pi").get("led")).toMatchObject({ value: 2, state: "queued", atMs: START_MS + 2 });
  history.note(command(2, { state: "failed" }));
  history.note(command(3, { control: "fan" }));
  expect(history.desired("pi").get("led")).toMatchObject({ value: 2, state: "failed" });
  expect([...history.desired("pi").keys()]).toEqual(["led", "fan"]);
});

test("nothing is left of a removed device", () => {
  const history = new CommandHistory();
  history.note(command(1));
  history.keep(command(1));
  history.forget("pi");
  expect(history.get("c1")).toBeUndefined();
  expect(history.list("pi")).toEqual([]);
  expect(history.desired("pi").size).toBe(0);
});
