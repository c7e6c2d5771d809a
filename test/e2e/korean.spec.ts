// The window in Korean, on a phone and on larger screens: no clipped text or small targets, and all names of the window are Korean.
import { expect, test } from "@playwright/test";
import { startTestHub } from "../support/hub.ts";
import { layoutFaults } from "./support/layout-faults.ts";
import { linkOf, untilChartsFollow } from "./support/page.ts";

test.use({
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  locale: "ko-KR",
  timezoneId: "Asia/Seoul",
});

const LINKS = [
  "#/",
  "#/devices/raspi-1",
  "#/devices/raspi-1/edit",
  "#/compare?series=raspi-1%2Ftemperature",
  "#/add",
  "#/import",
  "#/log",
  "#/log/refused",
  "#/settings",
  "#/access/devices",
  "#/access/people",
  "#/access/programs",
  "#/access/clients",
  "#/access/outside",
  "#/access/log",
  "#/doctor",
  "#/recipes",
  "#/recipes/dht22",
  "#/guides",
];
/** A small window, a desk and a large screen. */
const OTHER_WIDTHS = [800, 1_280, 1_920, 2_560];

test("a Korean phone shows every page whole, with Korean names of metrics and one form of each particle", async ({
  page,
}) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "raspi-1", temperature: 25.5, soil_moisture: 40, flux: 1 });
  await page.goto(linkOf(hub));
  const card = page.locator("[data-device=raspi-1]");
  await expect(card).toContainText("토양 수분");
  await expect(card).toContainText("Flux");
  const found: string[] = [];
  for (const link of LINKS) {
    await page.evaluate((to) => {
      location.hash = to;
    }, link);
    await expect(page.locator(".skeleton")).toHaveCount(0);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCSS("visibility", "visible");
    for (const fault of await layoutFaults(page)) found.push(`${link}: ${fault}`);
    for (const width of OTHER_WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await untilChartsFollow(page);
      for (const fault of await layoutFaults(page)) found.push(`${link}, ${width} px: ${fault}`);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    const said = (await page.getByRole("main").textContent()) ?? "";
    for (const both of said.match(/[가-힣0-9]\S?(?:이\(가\)|을\(를\)|은\(는\)|\(으\)로)/g) ?? [])
      found.push(`${link}: ${both}`);
  }
  // A long link in a narrow dialog.
  await page.goto(`${linkOf(hub).replace(/#.*/, "")}#/access/people`);
  await page.getByRole("button", { name: "휴대폰 로그인" }).click();
  await expect(page.getByRole("dialog").getByRole("img")).toBeVisible();
  found.push(...(await layoutFaults(page)));
  expect(found).toEqual([]);
});
