// Ends the apps that tests start, within a bounded time. An app that hangs would hold up its worker without a limit: it is killed with
// all that it started, and the test fails with words that say so.
import { type ChildProcess, execFileSync, spawnSync } from "node:child_process";
import { test as base } from "@playwright/test";

const END_TIMEOUT_MS = 20_000;
const MAX_COMMAND_CHARACTERS = 120;

const running = new Set<ChildProcess>();

/** To be called with each app that a test starts. */
export function follow(app: ChildProcess): void {
  running.add(app);
  app.once("close", () => running.delete(app));
}

/** Calls `end`, which asks the app to end and resolves when it has; throws if it had to be killed. */
export async function endInTime<T>(app: ChildProcess, end: () => Promise<T>): Promise<T> {
  let killed: string[] = [];
  const timer = setTimeout(() => {
    killed = killTree(app);
  }, END_TIMEOUT_MS);
  const outcome = await end().finally(() => clearTimeout(timer));
  if (killed.length > 0)
    throw new Error(`The app did not end within ${END_TIMEOUT_MS} ms and was killed:\n${killed.join("\n")}`);
  return outcome;
}

/** A test that runs out of time does not dispose of its app: the app is killed with the worker that ran the test. */
export const test = base.extend<object, { leftApps: undefined }>({
  leftApps: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it which fixtures this one needs
    async ({}, use) => {
      await use(undefined);
      const killed = [...running].flatMap(killTree);
      if (killed.length > 0) throw new Error(`Tests left apps, which were killed:\n${killed.join("\n")}`);
    },
    { scope: "worker", auto: true },
  ],
});

/** Returns a line for each process killed: its ids, state, CPU time and command. */
function killTree({ pid: root }: ChildProcess): string[] {
  const processes = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,time=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => ({ line: line.slice(0, MAX_COMMAND_CHARACTERS), ids: line.trim().split(/\s+/, 2).map(Number) }));
  const startedBy = (parent: number | undefined): typeof processes =>
    processes.filter(({ ids }) => ids[1] === parent).flatMap((one) => [one, ...startedBy(one.ids[0])]);
  const tree = [...processes.filter(({ ids }) => ids[0] === root), ...startedBy(root)];
  // Some end by themselves when their parent does.
  spawnSync("kill", ["-KILL", ...tree.map(({ ids }) => String(ids[0]))]);
  return tree.map(({ line }) => line);
}
