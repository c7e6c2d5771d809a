// Runs another program to its end.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Resolves with what it printed; rejects when it ends with an error or runs over a minute. */
export async function run(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [...args], { timeout: 60_000 });
  return stdout;
}
