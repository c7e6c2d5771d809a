// Devices that want to join a hub: what they send, and what people decide of them.
import { expect } from "vitest";
import type { DeviceList, ReadingsPage, RefusedList } from "../../../src/shared/api.ts";
import type { Device } from "../../../src/shared/device.ts";
import type { TestHub } from "../hub.ts";
import { type HubInside, startHubInside } from "../hub-inside.ts";

export const NOON: number = Date.UTC(2026, 0, 31, 12);

type AnyHub = Pick<TestHub, "fetch">;

export async function get<T>(hub: AnyHub, path: string): Promise<T> {
  const response = await hub.fetch(`/api/v1/${path}`);
  expect(response.status).toBe(200);
  return response.json();
}

export const devices = async (hub: AnyHub): Promise<Device[]> => (await get<DeviceList>(hub, "devices")).devices;
export const deviceOf = async (hub: AnyHub, id: string) => (await devices(hub)).find((device) => device.id === id);
export const values = async (hub: AnyHub, query = ""): Promise<number[]> =>
  (await get<ReadingsPage>(hub, `readings?limit=10000${query}`)).readings.map(({ value }) => value).reverse();
export const refused = async (hub: AnyHub) =>
  (await get<RefusedList>(hub, "refused")).refused.map(({ code, message }) => ({ code, message }));

export async function decide(hub: AnyHub, id: string, decision: "approve" | "block"): Promise<Device> {
  const response = await hub.fetch(`/api/v1/devices/${id}/${decision}`, { method: "POST" });
  expect(response.status).toBe(200);
  return response.json();
}

export const waitingHub = (nowMs = NOON) => startHubInside({ nowMs, joining: "ask" });

/** Sends a reading; answers the status and the body. */
export async function post(
  hub: HubInside | TestHub,
  reading: Readonly<Record<string, unknown>>,
): Promise<[number, unknown]> {
  const response = await hub.post(reading);
  return [response.status, await response.json()];
}

/** The answer to a reading of a device that waits. */
export const PENDING = { status: "success", accepted: 1, joining: "waiting" };
/** The same of one that has joined. */
export const JOINED = { status: "success", accepted: 1 };
