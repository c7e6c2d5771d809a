// The guides that the window shows are those of the project, and whole.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { GUIDES, nameIn } from "../../src/renderer/pages/guides/guides.ts";

const FOLDER = new URL("../../resources/guides/", import.meta.url);

test("every guide has a title, and what it names by a link is there", () => {
  const files = readdirSync(FOLDER);
  expect([...GUIDES.keys()].toSorted()).toEqual(files.map(nameIn).toSorted());
  for (const file of files) {
    const source = readFileSync(new URL(file, FOLDER), "utf8");
    expect(source).toContain(`# ${GUIDES.get(nameIn(file))?.title}\n`);
    for (const [, link = ""] of source.matchAll(/\]\(([^)\s]+)\)/g))
      expect(/^https?:/.test(link) || /^\.\.\//.test(link) || GUIDES.has(nameIn(link)), `${file}: ${link}`).toBe(true);
  }
});

test("no part of a guide is left out", () => {
  for (const { name, blocks } of GUIDES.values()) {
    const source = readFileSync(new URL(`${name}.md`, FOLDER), "utf8");
    const rendered = blocks.map(({ raw }) => raw).join("");
    // Blank lines alone are no block.
    expect(rendered.replaceAll(/\s/g, "")).toBe(source.replace(/^# .*$/m, "").replaceAll(/\s/g, ""));
  }
});
