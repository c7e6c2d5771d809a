// Makes the kernel forget a file, as if the machine had just been started. It needs no root.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** The database and its log, while a hub may have them open. Throws where pages stay. */
export function dropFromPageCache(databasePath: string): void {
  for (const path of [databasePath, `${databasePath}-wal`].filter((each) => existsSync(each))) {
    // Only pages that are on the disk can be dropped.
    execFileSync("sync", [path]);
    execFileSync("dd", [`if=${path}`, "iflag=nocache", "count=0", "status=none"]);
    const left = execFileSync("fincore", ["--bytes", "--noheadings", "--output", "RES", path], { encoding: "utf8" });
    if (Number(left) > 0) throw new Error(`${left.trim()} bytes of ${path} stay in the page cache`);
  }
}
