// Approves honest devices on a hub that requires approval.
import type { TestHub } from "../hub.ts";
import { honestDeviceIds, usualPace } from "./honest-clients.ts";

/** Each has one reading afterwards, of long ago. */
export async function approveHonest(hub: TestHub): Promise<void> {
  const ids = honestDeviceIds(usualPace);
  for (const id of [...ids.mqtt, ...ids.http]) {
    const posted = await hub.post({ device_id: id, number: 0, ts: Date.UTC(2024, 0, 1) });
    const approved = await hub.fetch(`/api/v1/devices/${id}/approve`, { method: "POST" });
    if (!posted.ok || !approved.ok) throw new Error(`${id} may not join: ${posted.status}, ${approved.status}`);
  }
}
