// What the guides tell people to type is there: commands, flags, variables and routes.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { serveHelp } from "../../../src/hub/config.ts";
import { readDeployFile } from "../../support/deploy.ts";
import { runBramble } from "../../support/hub.ts";
import { startHubInside } from "../../support/hub-inside.ts";

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

test("each flag of a command is one that its help names", async () => {
  const used = texts.flatMap(({ path, text }) =>
    codeIn(text).flatMap((code) =>
      [...code.matchAll(/\bbramble(?: --)? ([a-z]+)\b([^#|&]*)/g)].flatMap(([, command = "", rest = ""]) =>
        (rest.match(/--[a-z][\w-]*/g) ?? []).map((flag) => ({ path, command, flag })),
      ),
    ),
  );
  const commands = [...new Set(used.map(({ command }) => command))];
  expect(commands.length).toBeGreaterThan(5);
  const helps = await Promise.all(
    commands.map(async (command) => [command, (await runBramble([command, "--help"])).output] as const),
  );
  const flagsOf = new Map(helps.map(([command, help]) => [command, new Set<string>(help.match(/--[a-z][\w-]*/g))]));
  expect(used.filter(({ command, flag }) => flag !== "--help" && !flagsOf.get(command)?.has(flag))).toEqual([]);
});

test("each route is one that the hub has", async () => {
  await using hub = await startHubInside({ agentFolder: fileURLToPath(new URL("resources/agent", PROJECT)) });
  const known = hub.routes.map(({ method, url }) => ({ method, url: url.replaceAll(/:\w+/g, "*") }));
  const named = texts.flatMap(({ path, text }) =>
    codeIn(text).flatMap((code) =>
      [
        ...code.matchAll(/(?:\b([A-Z]+) )?(\/(?:api\/|(?:data|healthz|metrics|install\.sh|ca\.pem)\b)[\w./:<>-]*)/g),
      ].map(([, method, url = ""]) => ({ path, method, url: url.replaceAll(/:\w+|<\w+>/g, "*") })),
    ),
  );
  expect(named.length).toBeGreaterThan(20);
  // The page of the API is part of the built window; an address may be what others begin with.
  const isKnown = ({ method, url }: (typeof named)[number]) =>
    url === "/api/docs" ||
    known.some(
      (one) => (method === undefined || one.method === method) && (one.url === url || one.url.startsWith(`${url}/`)),
    );
  expect(named.filter((one) => !isKnown(one))).toEqual([]);
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
