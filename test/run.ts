// `npm test`, after the checks and the build: gets what the tests need, says what it took, and runs all of them.
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { ensureDiscoveryTools, ensurePiClients } from "./support/system/apt.ts";
import { mayMakeNamespaces } from "./support/system/namespace.ts";

const projectFolder = fileURLToPath(new URL("..", import.meta.url));
const results = join(projectFolder, "test", ".results");
const MAX_REASON_CHARACTERS = 2_000;

interface Suite {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Reads how it ended from the report that the run left. */
  readonly read: (report: string) => Outcome;
  /** Those of its files that it runs again by themselves, after it ended so. */
  readonly again?: (outcome: Outcome) => Suite | null;
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Those that failed, and why, where the end of what the suite prints does not say so. */
  readonly failures: readonly string[];
  /** By file, where all of its tests passed: how many. */
  readonly wholeFiles: ReadonlyMap<string, number>;
}

const VitestReport = Type.Object({
  numPassedTests: Type.Integer(),
  numTotalTests: Type.Integer(),
  testResults: Type.Array(
    Type.Object({
      name: Type.String(),
      assertionResults: Type.Array(
        Type.Object({
          fullName: Type.String(),
          status: Type.String(),
          failureMessages: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
        }),
      ),
    }),
  ),
});
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

const UNITS = globSync("test/{hub,renderer}/**/*.test.ts", { cwd: projectFolder }).filter((file) => file !== ATTACKS);

const suites: readonly Suite[] = [
  vitest("vitest", UNITS, ["--exclude", ATTACKS]),
  vitest("attacks", [ATTACKS]),
  {
    name: "playwright",
    script: "@playwright/test/cli.js",
    args: ["test", "--config", "test/playwright.config.ts", "--reporter=list,json"],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: join(results, "playwright.json") },
    read: (report) => {
      const { expected, unexpected, flaky, skipped } = Value.Parse(PlaywrightReport, JSON.parse(report)).stats;
      return { passed: expected + flaky, failed: unexpected + skipped, failures: [], wholeFiles: new Map() };
    },
  },
];

/**
 * On a machine that others share a deadline may pass once, and the engine itself has ended a worker now and then: what is
 * not whole is run once more, by itself. A fault shows again.
 */
function vitest(name: string, files: readonly string[], which: readonly string[] = files): Suite {
  return {
    name,
    again({ wholeFiles }) {
      const left = files.filter((file) => !wholeFiles.has(file));
      return left.length === 0 ? null : { ...vitest(`${name}-again`, left), again: () => null };
    },
    script: "vitest/vitest.mjs",
    args: [
      ...["run", ...which, "--config", "test/vitest.config.ts", "--reporter=default"],
      ...["--reporter=json", `--outputFile.json=${join(results, `${name}.json`)}`],
    ],
    read: (report) => {
      const { numPassedTests, numTotalTests, testResults } = Value.Parse(VitestReport, JSON.parse(report));
      const failures = testResults.flatMap(({ name: file, assertionResults }) =>
        assertionResults
          .filter(({ status }) => status !== "passed")
          .map(({ fullName, status, failureMessages }) => {
            const why = (failureMessages?.join("\n") ?? "").slice(0, MAX_REASON_CHARACTERS);
            return `${status}: ${relative(projectFolder, file)} > ${fullName}\n${why}`;
          }),
      );
      const wholeFiles = new Map(
        testResults
          .filter(({ assertionResults }) => assertionResults.every(({ status }) => status === "passed"))
          .map(({ name: file, assertionResults }) => [relative(projectFolder, file), assertionResults.length] as const)
          .filter(([, tests]) => tests > 0),
      );
      return { passed: numPassedTests, failed: numTotalTests - numPassedTests, failures, wholeFiles };
    },
  };
}

function run(suite: Suite): Outcome {
  const { name, script, args, env, read } = suite;
  const { status } = spawnSync(process.execPath, [join(projectFolder, "node_modules", script), ...args], {
    cwd: projectFolder,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  const outcome = read(readFileSync(join(results, `${name}.json`), "utf8"));
  if (status === 0) return outcome;
  const again = suite.again?.(outcome) ?? null;
  if (again !== null) {
    console.log(`\nOnce more, by themselves: ${again.args.filter((arg) => arg.endsWith(".test.ts")).join(", ")}`);
    const second = run(again);
    const passedAtOnce = [...outcome.wholeFiles.values()].reduce((sum, tests) => sum + tests, 0);
    return { ...second, passed: passedAtOnce + second.passed };
  }
  if (outcome.failed > 0) return outcome;
  return {
    ...outcome,
    failed: 1,
    failures: [`${name} ended with ${status}, and says above why: no test of it failed`],
  };
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
ensurePiClients();
if (mayMakeNamespaces()) ensureDiscoveryTools();
const outcomes = suites.map(run);
const passed = outcomes.reduce((sum, one) => sum + one.passed, 0);
const failed = outcomes.reduce((sum, one) => sum + one.failed, 0);
for (const failure of outcomes.flatMap(({ failures }) => failures)) console.log(`\n${failure}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
