// Every page and state, light and dark, on phone and desktop: no axe violations, no clipped text, no layout shift, targets large enough
// on a phone, and unchanged accessibility trees. BRAMBLE_TEST_LOOKS=all goes through every size, theme and language, which takes an
// hour; BRAMBLE_TEST_PICTURES=1 writes a screenshot of each to `test/e2e/screens/`.
import { expect, type Page, test } from "@playwright/test";
import axe from "axe-core";
import { startTestHub, type TestHub } from "../support/hub.ts";
import { layoutFaults } from "./support/layout-faults.ts";
import { layoutShiftFaults, watchLayoutShifts } from "./support/layout-shift.ts";
import { linkOf, untilDrawn, watchRequests } from "./support/page.ts";
import { compareAria, takePicture } from "./support/screen-record.ts";
import { ADDRESSES, GREENHOUSE, openState, prepare, press, STATES, seeTail } from "./support/states.ts";

const RUN_AXE = `axe.run(document, { resultTypes: ["violations"], selectors: false, preload: false }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => [id, html.slice(0, 300), failureSummary].join("\\n"))))`;

interface Look {
  readonly theme: "light" | "dark" | "forced colours";
  readonly width: number;
  readonly language: "en" | "ko";
}

/** What is said, by which a change has to be meant, is that of the first. */
const LOOKS: readonly [Look, ...Look[]] = [
  { theme: "light", width: 1_280, language: "en" },
  { theme: "dark", width: 390, language: "en" },
];

function* everyLook(): Generator<Look> {
  for (const language of ["en", "ko"] as const)
    for (const theme of ["light", "dark", "forced colours"] as const)
      for (const width of [390, 800, 1_280, 1_920, 2_560]) yield { theme, width, language };
}

const looks = process.env["BRAMBLE_TEST_LOOKS"] === "all" ? [...everyLook()] : LOOKS;
const heightOf = (width: number) => (width < 760 ? 844 : 800);

test.use({ timezoneId: "UTC" });

async function faults(page: Page): Promise<string[]> {
  // What moves has no colour of its own yet.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getTiming().iterations !== Number.POSITIVE_INFINITY)
        .map(({ finished }) => finished.catch(() => undefined)),
    ),
  );
  return page.evaluate(RUN_AXE);
}

for (const { theme, width, language } of looks) {
  test(`no violation on any page, ${theme}, ${width} px, ${language}`, async ({ page }) => {
    test.setTimeout(480_000);
    await using hub = await startTestHub("--joining", "ask");
    const settled = watchRequests(page);
    const found: string[] = [];
    const isFirst = theme === LOOKS[0].theme && width === LOOKS[0].width && language === LOOKS[0].language;
    // What a press moves is not the page's own doing; each page is among the states without one.
    const look = async (name: string, varying?: string, { wasPressed = false, flowing = "" } = {}) => {
      await settled();
      for (const fault of await faults(page)) found.push(`${name}: ${fault}`);
      for (const fault of wasPressed ? [] : await layoutShiftFaults(page, flowing)) found.push(`${name}: ${fault}`);
      await takePicture(page, `${theme.replace(" ", "-")}-${width}-${language}`, name);
      for (const fault of await layoutFaults(page)) found.push(`${name}: ${fault}`);
      // What is said is the same at every size but for what a phone's bar leaves out.
      if (isFirst) await compareAria(page, name, varying);
    };
    await page.setViewportSize({ width, height: heightOf(width) });
    await page.emulateMedia({ reducedMotion: "reduce", forcedColors: theme === "forced colours" ? "active" : "none" });
    await watchLayoutShifts(page);
    // Sent to the browser once, and not with every visit: it is a megabyte.
    await page.addInitScript({ content: axe.source });
    await page.addInitScript(
      (chosen) => {
        for (const [name, value] of chosen) localStorage.setItem(name, value);
      },
      [...(theme === "forced colours" ? [] : [["theme", theme] as const]), ["language", language] as const],
    );
    const link = linkOf(hub);
    const base = link.replace(/#.*$/, "");
    await page.goto(base);
    await page.waitForLoadState("networkidle");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await look("sign-in");
    // The page signs in with a link that is pasted, too.
    await page.goto(link);
    await page.getByRole("navigation").first().waitFor();
    await look("first start", ADDRESSES);
    await prepare(hub);
    // What is pressed is found by its English name.
    const isEnglish = language === "en";
    for (const state of STATES.filter(({ act }) => isEnglish || act === undefined)) {
      await openState(page, base, state, settled);
      const { name, act, varying, flowing = "" } = state;
      await look(name, varying, { wasPressed: act !== undefined, flowing });
    }
    if (isEnglish) await lookAtPressed(page, base, hub, look);
    expect(found.join("\n\n")).toBe("");
  });
}

type LookAt = (name: string, varying?: string, options?: { wasPressed?: boolean }) => Promise<void>;

/** What a page becomes by what is pressed on it, and without its hub. */
async function lookAtPressed(page: Page, base: string, hub: TestHub, look: LookAt): Promise<void> {
  await page.goto("about:blank");
  await page.goto(`${base}${GREENHOUSE}/edit`);
  await press("Delete with its history")(page);
  const undo = page.getByRole("button", { name: "Undo deleting Greenhouse" });
  await undo.waitFor();
  await seeTail(page);
  await look("edit, deleted", undefined, { wasPressed: true });
  await undo.click();
  await expect(undo).toBeHidden();
  await page.goto(`${base}api/docs`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await look("API docs");
  await page.goto(base);
  await page.locator("[data-device]").first().waitFor();
  await seeTail(page);
  await hub.end("SIGKILL");
  await expect(page.getByRole("status").filter({ hasText: "Not connected to the hub" })).toBeVisible();
  await look("hub away", "main details");
}

for (const { name, link, width, order } of [
  { name: "the wall", link: "#/?wall=1", width: 1280, order: ["devices", "me"] },
  { name: "the overview", link: "#/", width: 390, order: ["me", "devices"] },
])
  test(`${name} does not move when it is known late who looks, and what there is`, async ({ page }) => {
    await using hub = await startTestHub();
    await prepare(hub);
    await page.setViewportSize({ width, height: 800 });
    await page.goto(linkOf(hub));
    await page.getByRole("link", { name: "Greenhouse" }).first().waitFor();
    await page.goto("about:blank");
    await watchLayoutShifts(page);
    const settled = watchRequests(page);
    let answered: Promise<unknown> = Promise.resolve();
    for (const what of order) {
      const before = answered;
      answered = page.waitForResponse(`**/api/v1/${what}`).then((response) => response.finished());
      await page.route(`**/api/v1/${what}`, async (route) => {
        await before;
        await untilDrawn(page);
        await route.continue();
      });
    }
    await page.goto(hub.file.http + link);
    await page.getByText("Water pump").first().waitFor();
    await settled();
    expect(await layoutShiftFaults(page)).toEqual([]);
  });
