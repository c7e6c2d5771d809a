// Notices while the window is not focused: notifications, the number in its title, and the tray hint.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { attentionCount, DueNotices } from "../../src/main/notices/news.ts";
import type { Device } from "../../src/shared/device.ts";
import { message } from "../../src/shared/messages/message.ts";
import { USUAL_NOTICES } from "../../src/shared/notices/notices.ts";
import { makeTemporaryFolder } from "../support/hub.ts";
import { type Desktop, launch, launchWithoutHub, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";

/** Between two checks of the hub, with time to spare for a busy machine. */
const WITHIN_A_CHECK = { timeout: 30_000 };

/** Keeps the notices: a desktop without a notification daemon shows none. */
async function keepNotices({ app }: Desktop): Promise<() => Promise<string[]>> {
  await app.evaluate(({ Notification }) => {
    const notices: string[] = [];
    Object.assign(globalThis, { notices });
    const { show } = Notification.prototype;
    Notification.prototype.show = function (this: Electron.Notification) {
      notices.push(`${this.title}: ${this.body}`);
      show.call(this);
    };
  });
  return () => app.evaluate(() => Reflect.get(globalThis, "notices"));
}

test("devices that request to join or went offline give one notice each, counted in the title, and can be silenced", async () => {
  test.setTimeout(4 * WITHIN_A_CHECK.timeout);
  using profile = new Profile();
  await using desktop = await launch(profile, { BRAMBLE_JOINING: "ask" });
  const notices = await keepNotices(desktop);
  await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  // What the first check finds are no news; whether it has been, a slow machine does not say.
  let pairs = 0;
  await expect(async () => {
    const [one, other] = [`pi-${++pairs}a`, `pi-${pairs}b`];
    // In one message: no check falls between the two.
    await profile.post([
      { device_id: one, t: 1 },
      { device_id: other, t: 1 },
    ]);
    await expect.poll(notices, WITHIN_A_CHECK).toEqual([`2 devices want to join: ${one} and ${other}`]);
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

test("the first close shows the tray hint once", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const notices = await keepNotices(desktop);
  await desktop.page.close();
  await expect.poll(notices).toEqual([expect.stringMatching(/^Bramble keeps running: The hub goes on/)]);
  const reopened = desktop.app.waitForEvent("window");
  await desktop.app.evaluate(({ app }) => app.emit("activate"));
  await (await reopened).close();
  await expect.poll(() => desktop.windows()).toBe(0);
  expect(await notices()).toHaveLength(1);
  expect(existsSync(join(profile.path, "notices.json"))).toBe(true);
});

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

test("news: one a kind, once; in quiet hours none, and at their end what still holds", () => {
  const due = new DueNotices();
  const settings = { ...USUAL_NOTICES, quiet: { from: "22:00", to: "07:00" } };
  const check = (time: string, ...devices: Device[]) =>
    due.check(devices, settings, at(time)).map((news) => `${news.kind} ${news.devices.map(({ id }) => id).join()}`);
  // How things are at first is no news.
  expect(check("12:00", device("a", true), device("b", true), device("c", false))).toEqual([]);
  const waiting = device("w", true, { joining: "waiting" });
  expect(check("12:01", device("a", false), device("b", false), device("c", false), waiting)).toEqual([
    "joining w",
    "offline a,b",
  ]);
  expect(check("12:02", device("a", false), device("b", false), device("c", false), waiting)).toEqual([]);
  // It comes and goes.
  expect(check("12:03", device("a", true), device("b", false))).toEqual([]);
  expect(check("12:04", device("a", false), device("b", false))).toEqual([]);
  // This time it stays away.
  expect(check("12:16", device("a", false), device("b", false))).toEqual(["offline a"]);
  expect(check("12:32", device("a", false), device("b", false))).toEqual([]);
  expect(check("21:00", device("a", true), device("b", true))).toEqual([]);
  expect(check("23:59", device("a", false), device("b", false))).toEqual([]);
  expect(check("06:59", device("a", false), device("b", true))).toEqual([]);
  expect(check("07:00", device("a", false), device("b", true))).toEqual(["offline a"]);
  // One that was deleted asks for nobody.
  const removal = { dueMs: 0 };
  expect(check("07:01", device("a", false), device("b", false, { removal }))).toEqual([]);
  expect(attentionCount([device("a", false), device("b", false, { removal })], 0)).toBe(1);
  // After the hub has started anew.
  due.forget();
  expect(check("08:00", device("a", true), device("b", false))).toEqual([]);
});

test("a failure of the hub is notified once, in quiet hours at their end, unless it runs again by then", () => {
  const due = new DueNotices();
  const settings = { ...USUAL_NOTICES, quiet: { from: "22:00", to: "07:00" } };
  const told = (time: string, more = {}) => due.takeFailure({ ...settings, ...more }, at(time));
  const reason = message("desktop/notice/hub-failed");
  due.hubFailed(reason);
  expect([told("06:59"), told("07:00"), told("07:01")]).toEqual([null, reason, null]);
  due.hubFailed(reason);
  due.forget();
  expect(told("12:00")).toBeNull();
  due.hubFailed(reason);
  expect([told("12:00", { failed: false }), told("12:01")]).toEqual([null, null]);
  // It dies again and again.
  due.hubFailed(reason);
  expect(told("13:00")).toBe(reason);
  due.forget();
  due.hubFailed(reason);
  expect([told("13:14"), told("13:15")]).toEqual([null, reason]);
});

test("devices that are away since this computer was asleep are told of once they had time to come back", () => {
  const due = new DueNotices();
  const check = (time: string, ...devices: Device[]) =>
    due
      .check(devices, USUAL_NOTICES, at(time))
      .map((news) => `${news.kind} ${news.devices.map(({ id }) => id).join()}`);
  const waiting = device("w", true, { joining: "waiting" });
  expect(check("12:00", device("a", true), device("b", true))).toEqual([]);
  due.woke(at("20:00"));
  expect(check("20:00", device("a", false), device("b", false), waiting)).toEqual(["joining w"]);
  expect(check("20:04", device("a", true), device("b", false), waiting)).toEqual([]);
  expect(check("20:05", device("a", true), device("b", false), waiting)).toEqual(["offline b"]);
});

test("a hub that dies whenever it is started is told of once, and in the tray", async () => {
  using profile = new Profile();
  using folder = makeTemporaryFolder();
  const hub = join(folder.path, "hub.mjs");
  const gate = join(folder.path, "gate");
  const untilOpen = `while (!existsSync(${JSON.stringify(gate)})) await setTimeout(10);`;
  const imports = 'import { existsSync } from "node:fs"; import { setTimeout } from "node:timers/promises";';
  writeFileSync(hub, `${imports}\n${untilOpen}\nthrow new Error("it is broken");\n`);
  await using desktop = await launchWithoutHub(profile, { BRAMBLE_HUB: hub });
  const notices = await keepNotices(desktop);
  // A window that opens after it was hidden is there, and says so itself.
  await expect
    .poll(() => desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible()))
    .toBe(true);
  const hints = await desktop.app.evaluateHandle(({ Tray, BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.hide();
    const shown: string[] = [];
    const { setToolTip } = Tray.prototype;
    Tray.prototype.setToolTip = function (this: Electron.Tray, hint) {
      shown.push(hint);
      setToolTip.call(this, hint);
    };
    return shown;
  });
  writeFileSync(gate, "");
  await expect.poll(notices).toEqual([expect.stringMatching(/^The hub has stopped: .*it is broken/)]);
  await expect.poll(async () => (await hints.jsonValue()).at(-1)).toBe("Bramble: the hub is not running");
});
