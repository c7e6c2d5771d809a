// What the desktop app starts. Nothing that needs a recent Node is imported before the check.
import { checkNode } from "./node-version.ts";

checkNode();
const { serve } = await import("./serve.ts");
process.exit(await serve(process.argv.slice(2)));
