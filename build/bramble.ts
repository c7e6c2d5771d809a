// `npm run bramble -- COMMAND …`: the command line from a checkout, built first where it is stale.
import { buildIfStale } from "./build.ts";

buildIfStale();
await import(new URL("../out/hub/bramble.js", import.meta.url).href);
