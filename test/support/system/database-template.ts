// A template of an initialised data folder: initialising takes seconds, so it is done once in a test run and copied for every server.
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
  // Preserves owners, since a server may run as another user.
  execFileSync("cp", ["-a", "--sparse=auto", `${template}/.`, folder]);
}

/** Makes templates accessible to the servers' users. */
export function openTemplates(templates: string): void {
  chmodSync(templates, 0o711);
}
