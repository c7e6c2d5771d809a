// Common to every command: help, version, exit codes, and errors for unknown arguments.
import { expect, test } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { runBramble } from "../../support/hub.ts";

const COMMANDS = [
  "serve",
  "work",
  "devices",
  "export",
  "import",
  "key",
  "user",
  "passwd",
  "audit",
  "backup",
  "restore",
  "check",
  "move",
  "config",
  "tls",
  "find",
  "simulate",
];

/** Nothing answers there: what is wrong is seen before a hub is asked. */
const NO_HUB = ["--url", "http://127.0.0.1:1"];

test.each(["--version", "-v", "-V", "version"])("bramble %s says which it is", async (arg) => {
  expect(await runBramble([arg])).toEqual({ code: 0, output: `bramble ${packageJson.version}\n` });
});

test.each([[], ["-h"], ["--help"], ["help"], ["help", "help"]].map((args) => [args]))(
  "bramble %j lists all commands",
  async (args) => {
    const { code, output } = await runBramble(args);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(output).toContain(`bramble ${command} `);
  },
);

test.each(COMMANDS)("bramble %s has help, however it is asked for", async (command) => {
  const asked = await Promise.all(
    [
      [command, "--help"],
      [command, "-h"],
      ["help", command],
    ].map((args) => runBramble(args)),
  );
  for (const { code, output } of asked) {
    expect(code).toBe(0);
    expect(output).toMatch(new RegExp(`^bramble ${command}`));
    expect(output).toMatch(/with\s0\swhen.*with\s1\swhen.*with\s2\swhen\san\sargument\sis\swrong/s);
    expect(output).toBe(asked[0]?.output);
  }
});

test.each([
  [["nothing"], "There is no command “nothing”."],
  [["help", "nothing"], "There is no command “nothing”."],
  [["expotr"], "Did you mean bramble export?"],
  [["Devices2"], "Did you mean bramble devices?"],
  [["--json", "devices"], "The command comes first"],
  [["devices", "--jsno"], "Unknown option '--jsno'. Did you mean --json? See bramble devices --help."],
  [["devices", "attic"], "Unexpected argument 'attic'. See bramble devices --help."],
  [["devices", "--url", "hub"], "--url takes http://HOST:PORT, not “hub”."],
  [["devices", "--url", "http://hub/path?query"], "--url takes http://HOST:PORT"],
  [["find", "--seconds", "x"], "--seconds takes a number"],
  [["simulate", "--devices", "0"], "--devices takes 1 to 1000"],
  [["backup", "--frce", "x"], "Did you mean --force?"],
  [["backup", "--json", "x"], "There is no option --json here."],
  [["export", "--format", "xml"], "--format takes csv, ndjson, json, not “xml”."],
  [["export", "--sep", "x"], "--sep takes , or ; or tab, not “x”."],
  [["export", "one", "two"], "It takes one file."],
  [["export", "--from"], "argument missing"],
  [["key"], "The first word says what to do: list, create, accept, revoke. See bramble key --help."],
  [["key", "lsit"], "Did you mean list?"],
  [["key", "create"], "It takes DEVICE."],
  [["key", "accept", "pi1"], "It takes DEVICE and CODE."],
  [["key", "list", "--open"], "Unknown option '--open'"],
  [["key", "create", "--api", "grafana", ...NO_HUB], "--role is missing: viewer, operator, admin."],
  [
    ["key", "create", "--api", "grafana", "--role", "viewer", "--expires", "soon", ...NO_HUB],
    "--expires takes a number of days",
  ],
  [["user", "add", "anna", "--role", "boss", ...NO_HUB], "“boss” is no role: viewer, operator, admin."],
  [["user", "list", "anna"], "It takes no more words."],
  [["passwd"], "It takes NAME."],
  [["audit", "--outcome", "maybe"], "--outcome takes done or refused, not “maybe”."],
  [["audit", "--limit", "0"], "--limit takes a whole number from 1 on"],
  [["audit", "--csv", "--json"], "take one"],
] as const)("%j is misuse, in words", async (args, words) => {
  const { code, output } = await runBramble(args);
  expect(output).toContain(words);
  expect(code).toBe(2);
});
