// What the desktop tells while nobody looks at its window: notifications, the number in its title, where it is once closed.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { NewsDesk } from "../../src/main/notices/news.ts";
import type { Device } from "../../src/shared/device.ts";
import { USUAL_NOTICES } from "../../src/shared/notices/notices.ts";
import { type Desktop, launch, Profile } from "./program/desktop.ts";

/** Between two looks at the hub, with time to spare for a busy machine. */
const A_LOOK = { timeout: 30_000 };

/** Keeps what is told: a desktop without a notification daemon shows none. */
async function keepNotices({ app }: Desktop): Promise<() => Promise<string[]>> {
  await app.evaluate(({ Notification }) => {
    const told: string[] = [];
    Object.assign(globalThis, { told });
    const { show } = Notification.prototype;
    Notification.prototype.show = function (this: Electron.Notification) {
      told.push(`${this.title}: ${this.body}`);
      show.call(this);
    };
  });
  return () => app.evaluate(() => Reflect.get(globalThis, "told"));
}

test("devices that want to join or went away are told once, counted in the title, and can be silenced", async () => {
  test.setTimeout(4 * A_LOOK.timeout);
  using profile = new Profile();
  await using desktop = await launch(profile, { BRAMBLE_JOINING: "ask" });
  const told = await keepNotices(desktop);
  await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  // Those that the first look finds are no news; whether it has been, a slow machine does not say.
  let pairs = 0;
  await expect(async () => {
    const [one, other] = [`pi-${++pairs}a`, `pi-${pairs}b`];
    // In one message: no look at the hub falls between the two.
    await profile.post([
      { device_id: one, t: 1 },
      { device_id: other, t: 1 },
    ]);
    await expect.poll(told, A_LOOK).toEqual([`2 devices want to join: ${one} and ${other}`]);
  }).toPass();

  // A choice that the page makes is kept, over a restart, too.
  const settings = await desktop.page.evaluate(() => window.bramble?.noticeSettings());
  expect(settings).toEqual(USUAL_NOTICES);
  await desktop.page.evaluate((all) => window.bramble?.changeNotices({ ...all, joining: false }), USUAL_NOTICES);
  expect(JSON.parse(readFileSync(join(profile.path, "notices.json"), "utf8")).settings.joining).toBe(false);
  await expect(
    desktop.page.evaluate(() => window.bramble?.changeNotices({ joining: "loud" } as never)),
  ).rejects.toThrow();
});

test("the first close says once that it lives on", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const told = await keepNotices(desktop);
  await desktop.page.close();
  await expect.poll(told).toEqual([expect.stringMatching(/^Bramble keeps running: The hub goes on/)]);
  const reopened = desktop.app.waitForEvent("window");
  await desktop.app.evaluate(({ app }) => app.emit("activate"));
  await (await reopened).close();
  await expect.poll(() => desktop.windows()).toBe(0);
  expect(await told()).toHaveLength(1);
  expect(existsSync(join(profile.path, "notices.json"))).toBe(true);
});

test("news: one a kind, once; in quiet hours none, and at their end what still holds", () => {
  const device = (id: string, online: boolean, more: Partial<Device> = {}): Device => ({
    id,
    name: id,
    joining: "approved",
    address: null,
    presence: { online, sinceMs: 0 },
    firstSeenMs: 0,
    lastSeenMs: 0,
    metrics: [],
    controls: [],
    attributes: {},
    ...more,
  });
  const at = (time: string) => new Date(`2026-03-01T${time}`);
  const desk = new NewsDesk();
  const settings = { ...USUAL_NOTICES, quiet: { from: "22:00", to: "07:00" } };
  const look = (time: string, ...devices: Device[]) =>
    desk.look(devices, settings, at(time)).map((news) => `${news.kind} ${news.devices.map(({ id }) => id).join()}`);
  // How things are at first is no news.
  expect(look("12:00", device("a", true), device("b", true), device("c", false))).toEqual([]);
  const waiting = device("w", true, { joining: "waiting" });
  expect(look("12:01", device("a", false), device("b", false), device("c", false), waiting)).toEqual([
    "joining w",
    "offline a,b",
  ]);
  expect(look("12:02", device("a", false), device("b", false), device("c", false), waiting)).toEqual([]);
  // It comes and goes.
  expect(look("12:03", device("a", true), device("b", false))).toEqual([]);
  expect(look("12:04", device("a", false), device("b", false))).toEqual([]);
  expect(look("21:00", device("a", true), device("b", true))).toEqual([]);
  expect(look("23:59", device("a", false), device("b", false))).toEqual([]);
  expect(look("06:59", device("a", false), device("b", true))).toEqual([]);
  expect(look("07:00", device("a", false), device("b", true))).toEqual(["offline a"]);
  // After the hub has started anew.
  desk.forget();
  expect(look("08:00", device("a", true), device("b", false))).toEqual([]);
});
