// What a database product makes of an empty folder is the same each time, and takes it seconds: it is made once in a run of the tests
// and copied for every server.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, renameSync } from "node:fs";
import { join } from "node:path";

/** The folder of this run's templates; vitest's global setup names and removes it. Without it every server is made anew. */
export const TEMPLATES_VARIABLE = "BRAMBLE_TEST_DATABASES";

/** Fills `folder` with what `make` makes of an empty one. */
export function fillFromTemplate(folder: string, product: string, make: (folder: string) => void): void {
  const templates = process.env[TEMPLATES_VARIABLE];
  if (templates === undefined) {
    make(folder);
    return;
  }
  const template = join(templates, product);
  if (!existsSync(template)) {
    const begun = mkdtempSync(join(templates, "begun-"));
    make(begun);
    // Another file of tests may have been faster: then that one is taken.
    if (!existsSync(template)) renameSync(begun, template);
  }
  // With the owners: a server may run as a user of its own.
  execFileSync("cp", ["-a", "--sparse=auto", `${template}/.`, folder]);
}

/** Lets the users that servers run as get to their templates. */
export function openTemplates(templates: string): void {
  chmodSync(templates, 0o711);
}
