// The commands, flags and variables in the guides exist.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { serveHelp } from "../../../src/hub/config.ts";
import { readDeployFile } from "../../support/deploy.ts";
import { runBramble } from "../../support/hub.ts";

const PROJECT = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, PROJECT), "utf8");

const texts = [
  ...readdirSync(new URL("resources/guides/", PROJECT)).map((name) => `resources/guides/${name}`),
  ...["README.md", "resources/deploy/bramble.service"],
].map((path) => ({ path, text: read(path) }));

/** Spans and blocks of code, each a line or more. */
function codeIn(text: string): string[] {
  const fenced = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap(([, code = ""]) => code.split("\n"));
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, "");
  const indented = [...prose.matchAll(/^ {4}(\S.*)$/gm)].map(([, code = ""]) => code);
  const spans = [...prose.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code.replaceAll(/\s+/g, " "));
  return [...fenced, ...indented, ...spans];
}

test("each command is one of the command line's", async () => {
  const help = await runBramble(["help"]);
  const commands = [...help.output.matchAll(/^bramble (\w+)/gm)].map(([, name = ""]) => name);
  expect(commands.length).toBeGreaterThan(15);
  const named = texts.flatMap(({ path, text }) =>
    codeIn(text).flatMap((code) =>
      [...code.matchAll(/\bbramble(?: --)? ([a-z]+)\b/g)].map(([, name = ""]) => ({ path, name })),
    ),
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter(({ name }) => ![...commands, "help"].includes(name))).toEqual([]);
});

test("each flag of the hub is one that it has", () => {
  const flags = [...serveHelp.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, flag = ""]) => flag);
  const wrong = texts.flatMap(({ path, text }) =>
    codeIn(text)
      .flatMap((code) => /\bbramble (?:serve|work)\b([^#|&]*)/.exec(code)?.[1] ?? [])
      .flatMap((rest) => rest.match(/--[a-z][\w-]*/g) ?? [])
      .filter((flag) => !flags.includes(flag) && flag !== "--help")
      .map((flag) => ({ path, flag })),
  );
  expect(wrong).toEqual([]);
});

test("each variable is one that something reads", () => {
  const sources = ["src", "build"].flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, PROJECT), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(?:ts|js)$/.test(name))
      .map((name) => readFileSync(fileURLToPath(new URL(`${folder}/${name}`, PROJECT)), "utf8")),
  );
  const known = `${sources.join("\n")}\n${readDeployFile(".env.example")}`;
  const ofFlags = [...serveHelp.matchAll(/^ {2}--([\w-]+)/gm)].map(
    ([, flag = ""]) => `BRAMBLE_${flag.toUpperCase().replaceAll("-", "_")}`,
  );
  // Of a person's own program, which is told by them (reach/dns/command.ts).
  const isGiven = (name: string) => name.startsWith("BRAMBLE_DNS_") && known.includes("`BRAMBLE_DNS_${");
  const unknown = texts.flatMap(({ path, text }) =>
    [...text.matchAll(/\bBRAMBLE_[A-Z_]+[A-Z]\b/g)]
      .filter(([name]) => !ofFlags.includes(name) && !known.includes(name) && !isGiven(name))
      .map(([name]) => ({ path, name })),
  );
  expect(unknown).toEqual([]);
});
