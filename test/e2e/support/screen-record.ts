// What a screen was like: its picture, written to `test/e2e/screens/` where BRAMBLE_TEST_PICTURES is set, since it takes its time, and
// what it says to a screen reader, which is kept in `test/e2e/aria/`. A change of the latter has to be meant: `--update-snapshots`
// takes it over. Only what a screen is made of is compared: what has a name and can be gone to or used. Numbers, times, states and
// the length of lists differ from run to run.
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, type Page } from "@playwright/test";

const PICTURES = fileURLToPath(new URL("../screens", import.meta.url));

/** In this order: what a later one would match is gone by then. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\S*bramble-test-\w+/g, "FOLDER"],
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID"],
  [/brk_\w+…/g, "KEY"],
  [/\b\d[\d.]*% \d+ of \d+/g, "0%"],
  [/(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|\[?[0-9a-f]*::[0-9a-f:]*\]?(?::\d+)?/g, "ADDRESS"],
  [/\bjust now\b|\d[\d.,]*\s?(?:ms|s|min|h|d|days?|hours?|minutes?|seconds?) ago\b/g, "AGO"],
  [/\d+:\d\d(?::\d\d)?(?:\.\d+)?(?:\s?[AP]M)?/g, "TIME"],
  [/\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d+(?:, \d{4})?/g, "DAY"],
  [/(?<![=\w/])[−-]?\d[\d,.]*(?:e[+-]?\d+)?/g, "0"],
  [/\b0\s?[kMGT]?B\b/g, "SIZE"],
  [/\bDoor (?:on|off|0)\b/g, "Door STATE"],
];

const PARTS =
  /^\s*- (?:alert|alertdialog|banner|button|checkbox|columnheader|combobox|contentinfo|dialog|form|group|heading|img|link|listbox|main|menu|menuitem|meter|navigation|progressbar|radio|radiogroup|region|search|searchbox|slider|spinbutton|switch|tab|table|tablist|textbox)\b/;

/** A file's name. */
function nameOf(screen: string): string {
  return screen
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

export async function takePicture(page: Page, folder: string, screen: string): Promise<void> {
  if (process.env["BRAMBLE_TEST_PICTURES"] === undefined) return;
  await page.screenshot({ path: `${PICTURES}/${folder}/${nameOf(screen)}.png`, fullPage: !(await hasModal(page)) });
}

/** `varying` selects what depends on the machine or the moment, and is left out: the page is not to be used afterwards. */
export async function compareAria(page: Page, screen: string, varying?: string): Promise<void> {
  if (varying !== undefined)
    await page.locator(varying).evaluateAll((elements) => {
      for (const element of elements) if (element instanceof HTMLElement) element.style.display = "none";
    });
  const shown = (await hasModal(page)) ? page.locator(":modal") : page.locator("main, body:not(:has(main))");
  const said = maskOf(await shown.first().ariaSnapshot());
  expect.soft(said, `what “${screen}” says`).toMatchSnapshot([folderOf(screen), `${nameOf(screen)}.txt`]);
}

const hasModal = async (page: Page): Promise<boolean> => (await page.locator(":modal").count()) > 0;

/** Of what is kept: the subject. */
function folderOf(screen: string): string {
  if (/^(?:device|edit)/.test(screen)) return "device";
  if (/^(?:overview|wall|palette|hub|unknown)/.test(screen)) return "overview";
  if (/^(?:guide|recipe)/.test(screen)) return "guides";
  return screen.startsWith("access") ? "access" : "others";
}

function maskOf(said: string): string {
  const masked = MASKS.reduce(
    (text, [pattern, mask]) => text.replaceAll(pattern, mask),
    said.replaceAll(hostname(), "HOST"),
  );
  const parts = masked.split("\n").filter((line) => PARTS.test(line));
  return `${withoutRepeats(parts.map(withoutState)).join("\n")}\n`;
}

/** With its role, its name and how deep it lies. */
function withoutState(line: string): string {
  const named = /^(\s*- [a-z]+(?: "(?:[^"\\]|\\.)*")?)(?: \[level=\d\])?/.exec(line);
  return named?.[0] ?? line;
}

/** A row of a list that looks like the one before it is left out. */
function withoutRepeats(lines: readonly string[]): string[] {
  const blocks: string[][] = [];
  const [first = ""] = lines;
  const depth = first.search(/\S/);
  for (const line of lines) {
    const block = blocks.at(-1);
    if (block === undefined || line.search(/\S/) <= depth) blocks.push([line]);
    else block.push(line);
  }
  const shown = blocks.map(([head = "", ...rest]) => [head, ...(rest.length > 0 ? withoutRepeats(rest) : [])]);
  return shown.filter((block, index) => block.join("\n") !== shown[index - 1]?.join("\n")).flat();
}
