// What a screen was like: its picture, written to `test/e2e/screens/` on every run, and what it says to a screen reader, which is
// kept in `test/e2e/aria/`. A change of the latter has to be meant: `--update-snapshots` takes it over. Only what a screen is made
// of is compared, the whole of it: numbers, times and the length of lists differ from run to run, and count as one.
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, type Page } from "@playwright/test";

const PICTURES = fileURLToPath(new URL("./screens", import.meta.url));

/** In this order: what a later one would match is gone by then. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:just now|now|\d[\d.,]* ?(?:ms|s|min|h|d|days?|hours?|minutes?|seconds?) ago)\b/g, "AGO"],
  [/\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d+(?:, \d+)?/g, "DAY"],
  [/\d+:\d\d(?::\d\d)?(?:\.\d+)?(?:\s?[AP]M)?/g, "TIME"],
  [/[−-]?\d[\d,.]*(?:e[+-]?\d+)?/g, "0"],
  [/\b0\s?[kMGT]?B\b/g, "SIZE"],
];

/** A file's name. */
export function nameOf(screen: string): string {
  return screen
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

export async function takePicture(page: Page, folder: string, screen: string): Promise<void> {
  await page.screenshot({ path: `${PICTURES}/${folder}/${nameOf(screen)}.png`, fullPage: !(await hasModal(page)) });
}

/** `varying` selects what depends on the machine or the moment, and is left out. */
export async function compareAria(page: Page, screen: string, varying = ""): Promise<void> {
  const style = await page.addStyleTag({ content: `${varying || "#none"} { display: none !important; }` });
  const shown = (await hasModal(page)) ? page.locator(":modal") : page.locator("main, body:not(:has(main))");
  const said = maskOf(await shown.first().ariaSnapshot());
  await style.evaluate((element) => element.parentNode?.removeChild(element));
  expect.soft(said, `what “${screen}” says`).toMatchSnapshot([...folderOf(screen), `${nameOf(screen)}.aria.yml`]);
}

const hasModal = async (page: Page): Promise<boolean> => (await page.locator(":modal").count()) > 0;

/** The subject, before a comma. */
function folderOf(screen: string): string[] {
  const [subject = ""] = screen.split(",");
  return subject === screen ? [] : [nameOf(subject)];
}

function maskOf(said: string): string {
  const masked = MASKS.reduce(
    (text, [pattern, mask]) => text.replaceAll(pattern, mask),
    said.replaceAll(hostname(), "HOST"),
  );
  return `${withoutRepeats(masked.split("\n")).join("\n")}\n`;
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
