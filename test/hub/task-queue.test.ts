// Few tasks run at once; one that nobody waits for any longer does not begin.
import { expect, test } from "vitest";
import { TaskQueue } from "../../src/hub/task-queue.ts";

test("tasks run in order, so many at once, each in a turn of its own; those whose client has gone give way at once", async () => {
  const queue = new TaskQueue(2);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const start = (name: string, ...signals: AbortSignal[]) =>
    queue.run(signals, async (isWanted) => {
      if (!isWanted) return `${name}: nobody waits`;
      begun.push(name);
      await new Promise<void>((end) => ends.set(name, end));
      return name;
    });
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
  const gone = new AbortController();
  const results = [start("a"), start("b"), start("c", gone.signal), start("d"), start("e", AbortSignal.abort())];
  await expect(results[4]).resolves.toBe("e: nobody waits");
  expect(begun).toEqual(["a", "b"]);
  gone.abort();
  await expect(results[2]).resolves.toBe("c: nobody waits");
  ends.get("a")?.();
  await expect(results[0]).resolves.toBe("a");
  expect(begun).toEqual(["a", "b"]);
  await nextTurn();
  expect(begun).toEqual(["a", "b", "d"]);
  ends.get("b")?.();
  ends.get("d")?.();
  await expect(Promise.all(results)).resolves.toEqual(["a", "b", "c: nobody waits", "d", "e: nobody waits"]);
});

test("a task that fails leaves its place to the next", async () => {
  const queue = new TaskQueue(1);
  const failed = queue.run([], () => Promise.reject(new Error("no")));
  const next = queue.run([], async (isWanted) => isWanted);
  await expect(failed).rejects.toThrow("no");
  await expect(next).resolves.toBe(true);
});
