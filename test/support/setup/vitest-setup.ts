// Before the first of vitest's tests, and after the last: what many of them need is made once. The workers inherit the environment.
import type { TestProject } from "vitest/node";
import { makeTemporaryFolder } from "../hub.ts";
import { openTemplates, TEMPLATES_VARIABLE } from "../system/database-template.ts";
import { fillCompileCache } from "./fill-compile-cache.ts";

export default async function setUp({ config }: TestProject): Promise<() => void> {
  const templates = makeTemporaryFolder();
  openTemplates(templates.path);
  process.env[TEMPLATES_VARIABLE] = templates.path;
  if (config.env["BRAMBLE_TEST_SOURCES"] !== "1") await fillCompileCache();
  return () => templates[Symbol.dispose]();
}
