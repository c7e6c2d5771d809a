// The copier thread: copies a database and checks the copy, reading every page. It runs for one copy, at a lower priority than
// the hub's other threads.
import { setPriority } from "node:os";
import type { BackupCheck } from "../../store.ts";
import { checkDatabase, openToRead } from "../maintenance/check.ts";
import { copyDatabase } from "../maintenance/copy.ts";
import { answerCalls } from "./worker-port.ts";

const NICENESS = 10;

/** Never aborted: to cancel a copy, the thread is ended. */
const NEVER_ABORTED = new AbortController().signal;

/** On Linux priorities are of threads; elsewhere of processes. */
function yieldToOthers(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(NICENESS);
  } catch {
    // A sandbox may forbid it: the thread then runs as the others do.
  }
}

function check(path: string): BackupCheck {
  const db = openToRead(path);
  try {
    let damages = 0;
    let firstDamage: string | null = null;
    for (const finding of checkDatabase(db)) {
      if (finding === null) continue;
      damages++;
      firstDamage ??= finding;
    }
    return { damages, firstDamage };
  } finally {
    db.close();
  }
}

const methods = {
  async copy({ from, to }: { readonly from: string; readonly to: string }): Promise<BackupCheck> {
    yieldToOthers();
    await copyDatabase(from, to, NEVER_ABORTED);
    return check(to);
  },
};
export type CopierMethods = typeof methods;

answerCalls(methods);
