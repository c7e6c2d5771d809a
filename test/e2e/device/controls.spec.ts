// The controls of a device's page and card, with MQTT.js as the Pi.
import { expect, type Page, test } from "@playwright/test";
import { connectAsync } from "mqtt";
import type { Device } from "../../../src/shared/device.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { run } from "../../support/run.ts";
import { linkOf } from "../support/page.ts";

const about = {
  name: "Greenhouse",
  controls: [
    { id: "led", kind: "switch", label: "LED" },
    { id: "fan", kind: "number", min: 0, max: 100, step: 10, unit: "%", label: "Fan" },
    { id: "mode", kind: "select", options: ["eco", "warm"], label: "Mode" },
    { id: "reboot", kind: "button", confirm: true, label: "Reboot" },
    { id: "sign", kind: "text", label: "Sign" },
    { id: "lamp", kind: "color", label: "Lamp" },
  ],
};

/** A Pi that carries out every command and records them in `received`. */
async function startPi(
  hub: TestHub,
  answer: (control: string) => object = () => ({ ok: true }),
  controls: readonly object[] = about.controls,
) {
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`);
  const received: [string, unknown][] = [];
  client.on("message", (_topic, payload) => {
    const { id, control, value } = JSON.parse(payload.toString());
    received.push([control, value]);
    client.publish("bramble/pi/state", JSON.stringify({ [control]: value }), { qos: 1 });
    client.publish("bramble/pi/reply", JSON.stringify({ id, value, ...answer(control) }), { qos: 1 });
  });
  await client.publishAsync("bramble/pi/about", JSON.stringify({ ...about, controls }), { qos: 1 });
  await client.subscribeAsync("bramble/pi/command", { qos: 1 });
  const reportState = (state: object) => client.publishAsync("bramble/pi/state", JSON.stringify(state), { qos: 1 });
  return { received, reportState, [Symbol.asyncDispose]: () => client.endAsync(true) };
}

/** The folded receipt of a command that was carried out. */
const doneLine = (page: Page, what: string) => page.locator("summary", { hasText: `done: ${what}` });

const deviceOf = (hub: TestHub) => hub.json<Device>("/api/v1/devices/pi");

test("a switch sends a command, and its receipt follows it to done", async ({ page }) => {
  await using hub = await startTestHub();
  await using pi = await startPi(hub);
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Greenhouse" }).click();
  const led = page.getByRole("switch", { name: "LED" });
  await expect(led).not.toBeChecked();
  await led.click();
  await expect(doneLine(page, "LED is on")).toBeVisible();
  const receipt = page.getByRole("list", { name: "What became of LED" });
  await expect(receipt).toBeHidden();
  await page.locator("summary", { hasText: "done: LED is on" }).click();
  await expect(receipt).toContainText("sent");
  await expect(receipt).toContainText("delivered");
  await expect(receipt).toContainText("done: LED is on");
  await expect(led).toBeChecked();
  await led.click();
  await expect(receipt).toContainText("done: LED is off");
  // It is announced, once.
  await expect(page.locator("[data-announcer=screen-reader]")).toHaveText("Greenhouse, LED off: done");
  await expect(page.getByRole("status").filter({ hasText: "done" })).toHaveCount(1);
  const earlier = page.getByRole("region", { name: "Earlier commands" });
  await expect(earlier).toContainText("LED on · by owner");
  expect(pi.received).toEqual([
    ["led", true],
    ["led", false],
  ]);
});

test("a switch keeps the requested value until the Pi reports another one", async ({ page }) => {
  await using hub = await startTestHub();
  await using pi = await startPi(hub);
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Greenhouse" }).click();
  const led = page.getByRole("switch", { name: "LED" });
  await led.click();
  await expect(doneLine(page, "LED is on")).toBeVisible();
  await pi.reportState({ led: false });
  await expect(led).not.toBeChecked();
  await led.evaluate((element) => {
    const moves: string[] = [];
    Object.assign(window, { moves });
    const note = () => moves.push(element.getAttribute("aria-checked") ?? "");
    new MutationObserver(note).observe(element, { attributeFilter: ["aria-checked"] });
  });
  await led.click();
  await expect(doneLine(page, "LED is on")).toBeVisible();
  await expect.poll(async () => (await deviceOf(hub)).controls[0]?.reported?.value).toBe(true);
  await pi.reportState({ led: false });
  await expect(led).not.toBeChecked();
  expect(await page.evaluate("moves")).toEqual(["true", "false"]);
});

test("every kind of control sends its value", async ({ page }) => {
  await using hub = await startTestHub();
  await using pi = await startPi(hub);
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Greenhouse" }).click();
  await page.getByRole("slider", { name: "Fan" }).press("ArrowRight");
  await expect(doneLine(page, "Fan is 10")).toBeVisible();
  await page.getByRole("combobox", { name: "Mode" }).selectOption("warm");
  await expect(doneLine(page, "Mode is warm")).toBeVisible();
  await page.getByRole("textbox", { name: "Sign" }).fill("hello");
  await page.getByRole("button", { name: "Send Sign" }).click();
  await expect(doneLine(page, "Sign is hello")).toBeVisible();
  await page.getByRole("button", { name: "Press Reboot" }).click();
  await page.getByRole("button", { name: "Press again: Reboot" }).click();
  await expect(page.locator("summary", { hasText: /^.?done/ }).last()).toBeVisible();
  await expect.poll(() => pi.received.length).toBe(4);
  expect(pi.received).toEqual([
    ["fan", 10],
    ["mode", "warm"],
    ["sign", "hello"],
    ["reboot", null],
  ]);
});

test("a failed command and an offline Pi are shown with a message", async ({ page }) => {
  await using hub = await startTestHub();
  {
    await using _pi = await startPi(hub, () => ({ ok: false, error: "the LED is not wired" }));
    await page.goto(linkOf(hub));
    await page.getByRole("link", { name: "Greenhouse" }).click();
    await page.getByRole("switch", { name: "LED" }).click();
    await expect(page.locator("summary", { hasText: "✕failed: the LED is not wired" })).toBeVisible();
  }
  await page.getByRole("combobox", { name: "Mode" }).selectOption("eco");
  await expect(page.getByText(/^(will be sent when it returns|waits for its turn), until/)).toBeVisible();
});

test("a control is added to a device that declares none, then changed and removed", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "kitchen", temperature: 21 });
  const plug = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`);
  const received: string[] = [];
  plug.on("message", (topic, payload) => received.push(`${topic} ${payload}`));
  // Refused: no control publishes to this topic yet. The subscription takes effect once one does.
  await plug.subscribeAsync("cmnd/plug/#", { qos: 1 }).catch(() => undefined);
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "kitchen" }).click();
  await expect(page.getByText("The device declares none.")).toBeVisible();
  await page.getByRole("button", { name: "Add a control" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a control" });
  await dialog.getByLabel("Name").fill("Kettle");
  await dialog.getByLabel("MQTT topic").fill("cmnd/#");
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(dialog.getByRole("alert")).toContainText("“cmnd/#” is no single topic");
  await dialog.getByLabel("MQTT topic").fill("cmnd/plug/POWER");
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(dialog).toBeHidden();

  const kettle = page.getByRole("switch", { name: "Kettle" });
  await kettle.click();
  await expect(doneLine(page, "Kettle is on")).toBeVisible();
  await expect(kettle).toBeChecked();
  expect(received).toEqual(["cmnd/plug/POWER ON"]);

  await page.getByRole("button", { name: "Change Kettle" }).click();
  const change = page.getByRole("dialog", { name: "Change a control" });
  await expect(change.getByLabel("Sent for on")).toHaveValue("ON");
  await change.getByText("Number").click();
  await change.getByLabel("Name").fill("Level");
  await change.getByLabel("Sent, with {value}").fill('{"level":{value}}');
  await change.getByLabel("From").fill("0");
  await change.getByLabel("To", { exact: true }).fill("10");
  await change.getByRole("button", { name: "Save" }).click();
  await page.getByRole("slider", { name: "Level" }).press("End");
  await expect(doneLine(page, "Level is 10")).toBeVisible();
  expect(received.at(-1)).toBe('cmnd/plug/POWER {"level":10}');

  await plug.endAsync();
  await page.getByRole("slider", { name: "Level" }).press("Home");
  await expect(page.getByText(/^will be sent when something listens on cmnd\/plug\/POWER, until/)).toBeVisible();
  await page.getByRole("button", { name: "Change Level" }).click();
  await change.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("The device declares none.")).toBeVisible();
});

test("a switch on a device's card shows the state of its command", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 21 });
  await page.goto(linkOf(hub));
  const card = page.getByRole("listitem").filter({ hasText: "Temperature" });
  await expect(card).toBeVisible();
  const led = card.getByRole("switch", { name: "LED" });
  {
    await using pi = await startPi(hub);
    await led.click();
    await expect(led).toBeChecked();
    await expect.poll(() => pi.received).toEqual([["led", true]]);
    // The rest of the card links to the device's page.
    await card.getByText("21").click({ force: true });
    await expect(doneLine(page, "LED is on")).toBeVisible();
    await page.goBack();
    await expect(led).toBeChecked();
  }
  await run("mosquitto_pub", ["-p", String(hub.mqttPort), "-t", "bramble/pi/status", "-m", "offline", "-q", "1"]);
  await expect(card).toContainText("away since");
  await led.click();
  await expect(card).toContainText("will be sent when it returns");
  await expect(led).not.toBeChecked();
  await using pi = await startPi(hub);
  await expect.poll(() => pi.received).toEqual([["led", false]]);
  await expect(card).not.toContainText("will be sent");
});

test.describe("one gesture is one command", () => {
  const controls = [
    { id: "mode", kind: "select", options: ["eco", "comfort", "off"], label: "Mode" },
    { id: "fan", kind: "number", min: 0, max: 100, step: 10, unit: "%", label: "Fan" },
    { id: "limit", kind: "number", unit: "°C", label: "Heat below" },
    { id: "lamp", kind: "color", label: "Lamp" },
    { id: "sign", kind: "text", label: "Sign" },
  ];

  async function open(page: Page, hub: TestHub) {
    await page.goto(linkOf(hub));
    await page.getByRole("link", { name: "Greenhouse" }).click();
  }

  test("arrow keys on a list and on a slider send where they end", async ({ page }) => {
    await using hub = await startTestHub();
    await using pi = await startPi(hub, undefined, controls);
    await pi.reportState({ mode: "eco", fan: 10 });
    await page.clock.install();
    await open(page, hub);
    const mode = page.getByRole("combobox", { name: "Mode" });
    await expect(mode).toHaveValue("eco");
    // The keys of a gesture, however slow this machine is.
    await page.clock.pauseAt(Date.now() + 60_000);
    await mode.press("ArrowDown");
    await mode.press("ArrowDown");
    const fan = page.getByRole("slider", { name: "Fan" });
    for (let presses = 0; presses < 3; presses++) await fan.press("ArrowRight");
    await page.clock.resume();
    await expect(doneLine(page, "Fan is 40")).toBeVisible();
    await expect(doneLine(page, "Mode is off")).toBeVisible();
    expect(pi.received).toEqual([
      ["mode", "off"],
      ["fan", 40],
    ]);
  });

  test("a number without limits and a colour wait for their button, and Tab sends nothing", async ({ page }) => {
    await using hub = await startTestHub();
    await using pi = await startPi(hub, undefined, controls);
    await open(page, hub);
    const limit = page.getByRole("spinbutton", { name: "Heat below" });
    await limit.fill("18");
    await limit.press("Tab");
    await page.getByLabel("Lamp", { exact: true }).fill("#ff8800");
    await page.getByRole("button", { name: "Set Lamp" }).click();
    await expect(doneLine(page, "Lamp is #ff8800")).toBeVisible();
    await page.getByRole("button", { name: "Set Heat below" }).click();
    await expect(doneLine(page, "Heat below is 18")).toBeVisible();
    expect(pi.received).toEqual([
      ["lamp", "#ff8800"],
      ["limit", 18],
    ]);
  });

  test("a text follows the device until somebody types", async ({ page }) => {
    await using hub = await startTestHub();
    await using pi = await startPi(hub, undefined, controls);
    await pi.reportState({ sign: "Bye" });
    await open(page, hub);
    const sign = page.getByRole("textbox", { name: "Sign" });
    await expect(sign).toHaveValue("Bye");
    await pi.reportState({ sign: "Third" });
    await expect(sign).toHaveValue("Third");
    await sign.fill("mine");
    await pi.reportState({ sign: "Fourth" });
    await sign.press("Escape");
    await expect(sign).toHaveValue("Fourth");
  });
});

test("a command that waits looks like one, on the page and on the card", async ({ page }) => {
  await using hub = await startTestHub();
  {
    await using _pi = await startPi(hub);
  }
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Greenhouse" }).click();
  const led = page.getByRole("switch", { name: "LED" });
  await expect(led).toHaveAttribute("aria-busy", "false");
  await led.click();
  await expect(led).toHaveAttribute("aria-busy", "true");
  await expect(
    page.locator("summary", { hasText: /will be sent when it returns, until|waits for its turn/ }),
  ).toBeVisible();
});

test("a switch of a device that went is where it was, and not green", async ({ page }) => {
  await using hub = await startTestHub();
  const led = page.getByRole("switch", { name: "LED" });
  const background = () => led.evaluate((element) => getComputedStyle(element).backgroundColor);
  let green = "";
  {
    await using _pi = await startPi(hub);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto(linkOf(hub));
    await led.click();
    await expect(led).toHaveAttribute("aria-busy", "false");
    await expect(led).toBeChecked();
    green = await background();
  }
  const will = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`);
  await will.publishAsync("bramble/pi/status", "offline", { qos: 1, retain: true });
  await will.endAsync();
  await expect(page.locator("[data-device=pi]")).toContainText("away since");
  await expect(led).toBeChecked();
  expect(await background()).not.toBe(green);
});

test("earlier commands come a page at a time", async ({ page }) => {
  await using hub = await startTestHub();
  await using pi = await startPi(hub);
  for (let index = 0; index < 13; index++) {
    await hub.fetch("/api/v1/devices/pi/commands", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ control: "fan", value: (index % 10) * 10 }),
    });
    await expect.poll(() => pi.received.length).toBe(index + 1);
  }
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Greenhouse" }).click();
  const earlier = page.getByRole("region", { name: "Earlier commands" });
  await expect(earlier).toContainText("1–10 of 12");
  await earlier.getByRole("button", { name: "Older" }).click();
  await expect(earlier).toContainText("11–12 of 12");
  await expect(earlier.getByRole("button", { name: "Older" })).toBeDisabled();
});
