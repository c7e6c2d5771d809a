// Many Pis: all visible on a wall, distinguishable with equal names, one command to all of a room, and one room for several.
import { expect, test } from "@playwright/test";
import { connectAsync } from "mqtt";
import { startTestHub, type TestHub } from "../support/hub.ts";
import { linkOf } from "./support/page.ts";

const PI_COUNT = 30;
const led = { id: "led", kind: "switch", label: "LED" };

/** One that has an LED, and answers each command with `reply`; without one it is away. */
async function startPi(hub: TestHub, id: string, reply?: object): Promise<AsyncDisposable> {
  const client = await connectAsync(hub.file.mqtt, { clientId: id });
  client.on("message", (_topic, payload) => {
    const command: { readonly id: string } = JSON.parse(payload.toString());
    client.publish(`bramble/${id}/reply`, JSON.stringify({ id: command.id, ...reply }), { qos: 1 });
  });
  if (reply !== undefined) await client.subscribeAsync(`bramble/${id}/command`, { qos: 1 });
  await client.publishAsync(`bramble/${id}/about`, JSON.stringify({ controls: [led] }), { qos: 1 });
  await client.publishAsync(`bramble/${id}/status`, reply === undefined ? "offline" : "online", { qos: 1 });
  const changes = { method: "PATCH", headers: { "content-type": "application/json" } };
  await hub.fetch(`/api/v1/devices/${id}`, { ...changes, body: JSON.stringify({ room: "Lab" }) });
  return { [Symbol.asyncDispose]: () => client.endAsync(true) };
}

test("thirty are seen at once on a wall; one command goes to all of a room, and one room to several", async ({
  page,
}) => {
  await using hub = await startTestHub();
  for (let index = 1; index <= PI_COUNT; index++)
    await hub.post({ device_id: `pi-${index}`, temperature: 20 + index / 10, humidity: 40 + index });
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto(linkOf(hub));
  await page.getByRole("button", { name: "Fill the screen" }).click();
  const cards = page.locator("[data-device]");
  await expect(cards).toHaveCount(PI_COUNT);
  for (const id of ["pi-1", `pi-${PI_COUNT}`])
    await expect(page.locator(`[data-device=${id}]`)).toBeInViewport({ ratio: 1 });
  const body = JSON.stringify({ name: "Window" });
  for (const id of ["pi-2", "pi-3"])
    await hub.fetch(`/api/v1/devices/${id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body,
    });
  for (const id of ["pi-2", "pi-3"])
    await expect(page.getByRole("link", { name: `Window ${id}`, exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Back to the window" }).click();

  await using _able = await startPi(hub, "able", { ok: true, value: true });
  await using _apt = await startPi(hub, "apt", { ok: true, value: true });
  await using _stuck = await startPi(hub, "stuck", { ok: false, error: "the relay does not answer" });
  await using _absent = await startPi(hub, "absent");
  await page.getByRole("button", { name: "Several at once…" }).click();
  const dialog = page.getByRole("dialog", { name: "Several devices at once" });
  await dialog.getByRole("combobox", { name: "Which" }).selectOption("Lab");
  await dialog.getByRole("button", { name: "Switch LED on" }).click();
  const outcome = dialog.getByRole("status", { name: "What became of LED" });
  await expect(outcome).toContainText("2 done");
  await expect(outcome).toContainText("1 failed: stuck");
  await expect(outcome).toContainText("1 away, sent if they return within a minute: absent");

  await dialog.getByText("Room and tags").click();
  await dialog.getByLabel("Room; empty").fill("Attic");
  await dialog.getByRole("button", { name: "Apply to 4 devices" }).click();
  await expect(page.getByRole("region", { name: "Attic" }).locator("[data-device]")).not.toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("region", { name: "Lab" }).locator("[data-device]")).not.toHaveCount(0);
});
