// The end of a command of this window is announced once, whichever arrives first: the response to the request or the end.
import { beforeEach, expect, test } from "vitest";
import { sentCommands } from "../../../src/renderer/api/feed/sent-commands.ts";
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

beforeEach(() => sentCommands.settled.set(undefined));

test("the end comes after the response, for a slow device", async () => {
  await sentCommands.send(async () => command("a", "sent"));
  expect(sentCommands.settled.get()).toBeUndefined();
  const done = command("a", "done");
  sentCommands.end(done);
  expect(sentCommands.settled.get()).toBe(done);
});

test("the end comes before the response, for a fast device", async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<Command>();
  const sent = sentCommands.send(() => answered);
  const failed = command("b", "failed");
  sentCommands.end(failed);
  expect(sentCommands.settled.get()).toBeUndefined();
  answer(command("b", "sent"));
  await sent;
  expect(sentCommands.settled.get()).toBe(failed);
});

test("the ends of others' commands are not announced", async () => {
  sentCommands.end(command("others", "done"));
  const { promise: answered, reject: fail } = Promise.withResolvers<Command>();
  const sent = sentCommands.send(() => answered);
  sentCommands.end(command("others, meanwhile", "done"));
  fail(new Error("away"));
  await expect(sent).rejects.toThrow("away");
  await sentCommands.send(async () => command("others, meanwhile", "sent"));
  expect(sentCommands.settled.get()).toBeUndefined();
});
