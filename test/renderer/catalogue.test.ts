// All texts for people are in the typed catalogue, where a missing translation does not compile. Searches the sources for texts outside
// of it, and the Korean catalogue for English.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "vite";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

interface Literal {
  readonly text: string;
  readonly line: number;
  /** From the file's root down to the literal's parent. */
  readonly parents: readonly Node[];
}

/** All texts in a file's code, `…` in place of each expression within a template. */
function literalsOf(file: string): Literal[] {
  const source = readFileSync(join(root, file), "utf8");
  const { program } = parseSync(file, source);
  const found: Literal[] = [];
  const walk = (value: unknown, parents: readonly Node[]): void => {
    if (Array.isArray(value)) for (const each of value) walk(each, parents);
    if (!isNode(value) || value.type === "ImportDeclaration" || isType(value)) return;
    const text = textOf(value);
    if (text !== undefined) found.push({ text, line: source.slice(0, value.start).split("\n").length, parents });
    for (const child of Object.values(value)) walk(child, [...parents, value]);
  };
  walk(program, []);
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

const isType = ({ type }: Node): boolean =>
  type.startsWith("TS") && type !== "TSAsExpression" && type !== "TSSatisfiesExpression";

function textOf({ type, value, quasis }: Node): string | undefined {
  if (type === "JSXText" || (type === "Literal" && typeof value === "string")) return String(value).trim();
  if (type !== "TemplateLiteral" || !Array.isArray(quasis)) return undefined;
  return quasis.map((part: { readonly value: { readonly cooked: string } }) => part.value.cooked).join("…");
}

/** What people see or hear, whatever it looks like. */
const SHOWN_ATTRIBUTES = ["aria-label", "alt", "label", "legend", "placeholder", "question", "title"];
const WORD = /\p{L}{2}/u;
/** Two words, or one with a capital alone. */
const SENTENCE = /\p{L}{2,}[.,:;’…]?\s+[\p{L}“…]|…\s+\p{L}{2,}|^\p{Lu}\p{Ll}+[.…!?]?$/u;
/** Names of classes and of parts of the page, and what only the log reads. */
const NO_TEXT_ATTRIBUTES = ["className", "aria-keyshortcuts"];

function isForPeople({ text, parents }: Literal): boolean {
  const parent = parents.at(-1);
  if (!WORD.test(text) || parent === undefined) return false;
  const attribute = parents.findLast(({ type }) => type === "JSXAttribute")?.["name"];
  if (isNode(attribute) && NO_TEXT_ATTRIBUTES.includes(String(attribute["name"]))) return false;
  if (parents.some(isForLog)) return false;
  if (parent.type === "JSXElement" || parent.type === "JSXFragment") return true;
  if (parent.type === "JSXAttribute" && isNode(attribute)) return SHOWN_ATTRIBUTES.includes(String(attribute["name"]));
  return isChild(parents) || SENTENCE.test(text);
}

function isForLog({ type, callee }: Node): boolean {
  if (type === "NewExpression" && isNode(callee)) return ["Error", "DOMException"].includes(String(callee["name"]));
  if (type !== "CallExpression" || !isNode(callee) || callee.type !== "MemberExpression") return false;
  const object = callee["object"];
  if (!isNode(object)) return false;
  const property = isNode(object["property"]) ? object["property"]["name"] : undefined;
  return ["console", "log"].includes(String(object["name"] ?? property));
}

/** `{isOn ? "on" : "off"}` between the tags of an element. */
function isChild(parents: readonly Node[]): boolean {
  const choices = ["ConditionalExpression", "LogicalExpression", "TemplateLiteral"];
  const at = parents.findLastIndex(({ type }) => !choices.includes(type));
  const above = parents[at - 1]?.type;
  return parents[at]?.type === "JSXExpressionContainer" && (above === "JSXElement" || above === "JSXFragment");
}

/** Names, commands, examples of what is typed, formats and keys: the same in every language. */
const SAME_EVERYWHERE = new Set([
  "Bramble",
  "Bramble hub",
  "Raspberry Pi",
  "Bonjour",
  "MQTT",
  "· HTTP",
  "JSON",
  "bramble serve",
  "my-home.duckdns.org",
  "/etc/ssl/hub/fullchain.pem",
  "/etc/ssl/hub/privkey.pem",
  "cmnd/plug/POWER",
  "home/lamp",
  "Escape",
  "Enter",
  "Home",
  "Ctrl K",
  "Mac",
  "Files",
  "600 15px …",
  "unready awaited",
  "12px …",
  "…px …",
  "[Desktop Entry]",
  "Bramble API",
  "openapi.json",
  "Authorization: Bearer …",
  "Bearer …",
  "span min(…, var(--columns))",
  "postgres://user:password@host/database",
  "https://",
]);
/** Code for a Pi or a shell, with the address of this hub. */
const CODE =
  /^(?:curl|client\.|requests\.|import |mosquitto_pub|Authorization: Bearer)|^\s*(?:--|-H)|verify=|auth=\{|headers=\{|tls=|^…(?:curl| &&)/;
/** The address of a route, and the name of an entry, of which people see the rest alone. */
const KEY = /^(?:device|action|access|log|compare|recipes|guides|unknown|from) …$/;

/** The title of a page, and what a query of CSS asks. */
const FRAME = /^…{1,2} · Bramble$|^\((?:prefers-|forced-colors)/;

/** Sources that say the same in both languages at one place, or nothing to people. */
const CATALOGUES = ["src/renderer/i18n/", "src/renderer/pages/recipes/data/"];
/** What they say goes to a log or a program. */
const FOR_PROGRAMS = ["src/main/app-protocol.ts", "src/main/desktop-log.ts"];

test("no text is outside of the catalogue", () => {
  const files = globSync("src/{renderer,main}/**/*.{ts,tsx}", { cwd: root })
    .filter((file) => ![...CATALOGUES, ...FOR_PROGRAMS].some((start) => file.startsWith(start)))
    .toSorted();
  expect(files.length).toBeGreaterThan(200);
  const outside = files.flatMap((file) =>
    literalsOf(file)
      .filter(isForPeople)
      .filter(({ text }) => !SAME_EVERYWHERE.has(text) && ![CODE, KEY, FRAME].some((shape) => shape.test(text)))
      .map(({ text, line }) => `${file}:${line} ${text.replaceAll(/\s+/g, " ")}`),
  );
  expect(outside).toEqual([]);
});

const HANGUL = /\p{Script=Hangul}/u;
/** The same in Korean: names, protocols, code, units. */
const KOREAN_AS_ENGLISH = new Set([
  ...["Bramble", "DuckDNS", "deSEC", "Cloudflare", "Android", "iPhone", "iPad", "Linux", "Mac", "Windows"],
  ...["MQTT", "MQTTS", "HTTP", "HTTPS", "WebSocket", "QoS", "MQTT …, HTTP …"],
  ...["Python, MQTT", "Python, HTTP", "mosquitto_pub", "curl", "ufw", "firewalld", "nftables", "iptables"],
  ...["UTC", "… UTC", "PNG", "PNG: …", "CPU", "LED"],
  // What the hub says itself, looked up.
  "the message ends too early:",
]);
/** Code, which has no sentences. */
const KOREAN_GRAMMAR = "src/shared/messages/ko/format.ts";
/** What code asks a parameter for. */
const COMPARED = ["SwitchCase", "BinaryExpression"];

test("Korean is Korean", () => {
  const files = globSync("{src/renderer/i18n/**/ko.ts,src/renderer/i18n/ko/**/*.ts,src/shared/messages/ko/**/*.ts}", {
    cwd: root,
    exclude: [KOREAN_GRAMMAR],
  }).toSorted();
  expect(files.length).toBeGreaterThan(40);
  const english = files.flatMap((file) =>
    literalsOf(file)
      .filter(({ text, parents }) => {
        const parent = parents.at(-1);
        const isName = parent?.type === "Property" && isNode(parent["key"]) && parent["key"]["value"] === text;
        if (parent !== undefined && COMPARED.includes(parent.type)) return false;
        return !isName && /\p{Script=Latin}{3}/u.test(text) && !HANGUL.test(text) && !KOREAN_AS_ENGLISH.has(text);
      })
      .map(({ text, line }) => `${file}:${line} ${text.replaceAll(/\s+/g, " ")}`),
  );
  expect(english).toEqual([]);
});
