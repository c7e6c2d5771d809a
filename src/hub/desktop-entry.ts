// The entry that the desktop app starts. Nothing that needs a recent Node is imported before the check.
import { setTimeout } from "node:timers/promises";
import { checkNode } from "./process/node-version.ts";

/** A message port delivers nothing more once its process exits, and does not say when it has. */
const REPORT_DELAY_MS = 200;

checkNode();
const { serve } = await import("./serve.ts");
const code = await serve(process.argv.slice(2));
await setTimeout(REPORT_DELAY_MS);
process.exit(code);
