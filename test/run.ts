// `npm test`, after the checks and the build: gets what the tests need, says what it took, and runs all of them.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { ensureDiscoveryTools, ensurePiClients } from "./support/system/apt.ts";
import { mayMakeNamespaces } from "./support/system/namespace.ts";

const projectFolder = fileURLToPath(new URL("..", import.meta.url));
const results = join(projectFolder, "test", ".results");

interface Suite {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Reads how many passed and failed from the report that the run left. */
  readonly count: (report: string) => Counts;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const VitestReport = Type.Object({ numPassedTests: Type.Integer(), numTotalTests: Type.Integer() });
const PlaywrightReport = Type.Object({
  stats: Type.Object({
    expected: Type.Integer(),
    unexpected: Type.Integer(),
    flaky: Type.Integer(),
    skipped: Type.Integer(),
  }),
});

/** Attackers take whatever the machine has: they are tried by themselves. */
const ATTACKS = "test/hub/attack/attacks.test.ts";

const suites: readonly Suite[] = [
  vitest("vitest", ["--exclude", ATTACKS]),
  vitest("attacks", [ATTACKS]),
  {
    name: "playwright",
    script: "@playwright/test/cli.js",
    args: ["test", "--config", "test/playwright.config.ts", "--reporter=list,json"],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: join(results, "playwright.json") },
    count: (report) => {
      const { expected, unexpected, flaky, skipped } = Value.Parse(PlaywrightReport, JSON.parse(report)).stats;
      return { passed: expected + flaky, failed: unexpected + skipped };
    },
  },
];

function vitest(name: string, which: readonly string[]): Suite {
  return {
    name,
    script: "vitest/vitest.mjs",
    args: [
      ...["run", ...which, "--config", "test/vitest.config.ts", "--reporter=default"],
      ...["--reporter=json", `--outputFile.json=${join(results, `${name}.json`)}`],
    ],
    count: (report) => {
      const { numPassedTests, numTotalTests } = Value.Parse(VitestReport, JSON.parse(report));
      return { passed: numPassedTests, failed: numTotalTests - numPassedTests };
    },
  };
}

function run({ name, script, args, env, count }: Suite): Counts {
  const { status } = spawnSync(process.execPath, [join(projectFolder, "node_modules", script), ...args], {
    cwd: projectFolder,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  const counts = count(readFileSync(join(results, `${name}.json`), "utf8"));
  // A run may also fail outside any test.
  return status === 0 ? counts : { ...counts, failed: Math.max(1, counts.failed) };
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
ensurePiClients();
if (mayMakeNamespaces()) ensureDiscoveryTools();
const counts = suites.map(run);
const passed = counts.reduce((sum, one) => sum + one.passed, 0);
const failed = counts.reduce((sum, one) => sum + one.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
