// The common end of all commands: exit codes, and messages for failures.
import { Misuse } from "../hub/arguments.ts";
import { errorText } from "../shared/error-text.ts";
import { Failure } from "../shared/errors.ts";
import { message } from "../shared/messages/message.ts";
import { render } from "../shared/messages/render.ts";

/** Runs a command. Resolves with its exit code, once its output is written; where it rejects, says why and answers 2 for misuse, else 1. */
export async function runCommand(name: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Misuse) {
      console.error(render(message("cli/misuse", { problem: error.reason, command: name })));
      return 2;
    }
    console.error(errorText(error));
    return 1;
  } finally {
    await Promise.all([process.stdout, process.stderr].map(written));
  }
}

/** Resolves once all that was written is. A pipe takes some 64 kB; the rest would be lost at the exit. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}

/** Aborted when a person or the system ends this program, so that it leaves nothing unfinished behind. */
export function endOfProgram(): AbortSignal {
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(name, () => interrupted.abort(new Failure(message("cli/interrupted"))));
  return interrupted.signal;
}
