// The copier thread: copies a database and checks the copy, which reads every page of it. It lives for one copy, at a lower
// priority than the hub's other threads.
import type { BackupCheck } from "../../store.ts";
import { checkDatabase, openToRead } from "../maintenance/check.ts";
import { copyDatabase } from "../maintenance/copy.ts";
import { answerCalls } from "./worker-port.ts";
import { yieldToOthers } from "./yield-to-others.ts";

const NICENESS = 10;

/** Never aborted: to cancel a copy, the thread is ended. */
const NEVER_ABORTED = new AbortController().signal;

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
    yieldToOthers(NICENESS);
    await copyDatabase(from, to, NEVER_ABORTED);
    return check(to);
  },
};
export type CopierMethods = typeof methods;

answerCalls(methods);
