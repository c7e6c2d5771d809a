// The entry by which a desktop of Linux starts the app at login, read back as the Desktop Entry Specification says.
import { expect, test } from "vitest";
import { loginEntry, programOf } from "../../../src/main/settings/login-entry.ts";

/** The arguments that a desktop takes from `Exec`. */
function argumentsOf(exec: string): string[] {
  const text = stringOf(exec);
  const quoted = [...text.matchAll(/"((?:[^"\\]|\\.)*)"(?: |$)/g)].map(([, inner = ""]) =>
    inner.replaceAll(/\\(.)/g, "$1"),
  );
  return quoted.map((argument) => {
    expect(argument.replaceAll("%%", ""), "a field code").not.toContain("%");
    return argument.replaceAll("%%", "%");
  });
}

/** A value of the type string. */
function stringOf(value: string): string {
  const escapes: Readonly<Record<string, string>> = { s: " ", n: "\n", t: "\t", r: "\r", "\\": "\\" };
  return value.replaceAll(
    /\\(.)/g,
    (_, letter: string) => escapes[letter] ?? expect.unreachable(`an escape: ${letter}`),
  );
}

const PROGRAMS = [
  "/opt/Bramble/bramble",
  "/home/ada/My apps/Bramble.AppImage",
  "/home/ada/100%/%U/bramble",
  '/home/ada/$HOME `x` "q"/br\\amble',
  "/home/ada/tab\tline\nend",
];

test.each(PROGRAMS)("it starts %j, and no other program", (program) => {
  const entry = loginEntry(program, ["--profile", program], program);
  const lines = new Map(
    entry
      .trimEnd()
      .split("\n")
      .map((line) => [line.split("=", 1)[0], line.slice(line.indexOf("=") + 1)]),
  );
  expect([...lines.keys()]).toEqual(["[Desktop Entry]", "Type", "Name", "Exec", "TryExec", "Path", "Terminal"]);
  expect(argumentsOf(lines.get("Exec") ?? "")).toEqual([program, "--profile", program]);
  expect(stringOf(lines.get("TryExec") ?? "")).toBe(program);
  expect(stringOf(lines.get("Path") ?? "")).toBe(program);
  expect(programOf(entry)).toBe(program);
});
