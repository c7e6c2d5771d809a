// Every page and state, light and dark, on phone and desktop: no axe violations, no clipped text, no layout shift, targets large enough
// on a phone, and unchanged accessibility trees. BRAMBLE_TEST_PICTURES=1 writes a screenshot of each to `test/e2e/screens/`.
import { expect, type Page, test } from "@playwright/test";
import axe from "axe-core";
import { startTestHub } from "../support/hub.ts";
import { layoutFaults } from "./support/layout-faults.ts";
import { layoutShiftFaults, watchLayoutShifts } from "./support/layout-shift.ts";
import { linkOf, untilDrawn, watchRequests } from "./support/page.ts";
import { compareAria, takePicture } from "./support/screen-record.ts";
import { ADDRESSES, GREENHOUSE, openState, prepare, press, STATES, seeTail } from "./support/states.ts";

const RUN_AXE = `axe.run(document, { resultTypes: ["violations"], selectors: false, preload: false }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => [id, html.slice(0, 300), failureSummary].join("\\n"))))`;

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

for (const { theme, width, height } of [
  { theme: "light", width: 1280, height: 800 },
  { theme: "dark", width: 390, height: 844 },
]) {
  test(`no violation on any page, ${theme}, ${width} px`, async ({ page }) => {
    test.setTimeout(480_000);
    await using hub = await startTestHub("--joining", "ask");
    const settled = watchRequests(page);
    const found: string[] = [];
    // What a press moves is not the page's own doing; each page is among the states without one.
    const look = async (name: string, varying?: string, { wasPressed = false, flowing = "" } = {}) => {
      await settled();
      for (const fault of await faults(page)) found.push(`${name}: ${fault}`);
      for (const fault of wasPressed ? [] : await layoutShiftFaults(page, flowing)) found.push(`${name}: ${fault}`);
      await takePicture(page, `${theme}-${width}`, name);
      for (const fault of await layoutFaults(page)) found.push(`${name}: ${fault}`);
      // What is said is the same at every size but for what a phone's bar leaves out.
      if (theme === "light") await compareAria(page, name, varying);
    };
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ reducedMotion: "reduce" });
    await watchLayoutShifts(page);
    // Sent to the browser once, and not with every visit: it is a megabyte.
    await page.addInitScript({ content: axe.source });
    await page.addInitScript((chosen) => localStorage.setItem("theme", chosen), theme);
    const link = linkOf(hub);
    const base = link.replace(/#.*$/, "");
    await page.goto(base);
    await page.waitForLoadState("networkidle");
    await page.getByRole("heading", { level: 1, name: "You are not signed in" }).waitFor();
    await look("sign-in");
    // The page signs in with a link that is pasted, too.
    await page.goto(link);
    await page.getByRole("button", { name: "Simulate five Pis" }).waitFor();
    await look("first start", ADDRESSES);
    await prepare(hub);
    for (const state of STATES) {
      await openState(page, base, state, settled);
      const { name, act, varying, flowing = "" } = state;
      await look(name, varying, { wasPressed: act !== undefined, flowing });
    }
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
    expect(found.join("\n\n")).toBe("");
  });
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
