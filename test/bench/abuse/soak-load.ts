// What people and programs ask of a hub all day, beside its devices: charts, exports and commands.
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync } from "mqtt";
import type { Command } from "../../../src/shared/controls/command.ts";
import type { TestHub } from "../../support/hub.ts";
import { until } from "../../support/until.ts";
import { get } from "../http-get.ts";

const CHART_PERIOD_MS = 1_000;
const EXPORT_PERIOD_MS = 30_000;
const COMMAND_PERIOD_MS = 10_000;
/** A hub that fails a command for want of a reply has said so by then. */
const COMMAND_WITHIN_MS = 20_000;
const COMMANDED = "commanded";
const MAX_ATTEMPTS = 5;
const RETRY_AFTER_MS = 5_000;

export interface SoakFigures {
  readonly charts: number;
  readonly exports: number;
  readonly commands: number;
  readonly commandsDone: number;
}

/** Goes on until the signal says so. `deviceId` is one that has readings. */
export async function askAllDay(hub: TestHub, deviceId: string, signal: AbortSignal): Promise<SoakFigures> {
  const chart = `/api/v1/devices/${deviceId}/readings?metric=number`;
  const [charts, exports, commands] = await Promise.all([
    every(CHART_PERIOD_MS, signal, () => getInTheEnd(hub, chart)),
    every(EXPORT_PERIOD_MS, signal, () => getInTheEnd(hub, "/api/v1/export.csv")),
    commandAllDay(hub, signal),
  ]);
  return {
    charts: charts.length,
    exports: exports.length,
    commands: commands.length,
    commandsDone: commands.filter((isDone) => isDone).length,
  };
}

async function every<T>(periodMs: number, signal: AbortSignal, act: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  while (!signal.aborted) {
    results.push(await act());
    // An aborted pause ends at once, which is what is wanted.
    await sleep(periodMs, undefined, { signal }).catch(() => undefined);
  }
  return results;
}

/** A hub that is short of memory says so for a moment, and that it may be asked again. */
async function getInTheEnd(hub: TestHub, path: string): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await get(hub, path);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !String(error).includes(" 503 ")) throw error;
      await sleep(RETRY_AFTER_MS);
    }
  }
}

/** A switch that is turned again and again; answers for each turn whether it was done. */
async function commandAllDay(hub: TestHub, signal: AbortSignal): Promise<boolean[]> {
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, { clientId: COMMANDED });
  client.on("message", (_topic, payload) => {
    const { id, value } = JSON.parse(payload.toString());
    client.publish(`bramble/${COMMANDED}/reply`, JSON.stringify({ id, ok: true, value }), { qos: 1 });
  });
  const about = { controls: [{ id: "led", kind: "switch", label: "LED" }] };
  await client.publishAsync(`bramble/${COMMANDED}/about`, JSON.stringify(about), { qos: 1 });
  await client.subscribeAsync(`bramble/${COMMANDED}/command`, { qos: 1 });
  let value = false;
  const done = await every(COMMAND_PERIOD_MS, signal, () => {
    value = !value;
    return command(hub, value);
  });
  await client.endAsync(true);
  return done;
}

async function command(hub: TestHub, value: boolean): Promise<boolean> {
  const order = { method: "POST", body: JSON.stringify({ control: "led", value }) };
  const headers = { "Content-Type": "application/json" };
  const issued = await hub.fetch(`/api/v1/devices/${COMMANDED}/commands`, { ...order, headers });
  if (issued.status === 503) {
    await sleep(RETRY_AFTER_MS);
    return command(hub, value);
  }
  if (!issued.ok) return false;
  const { id }: Command = await issued.json();
  const ask = async () => {
    const answer = await hub.fetch(`/api/v1/commands/${id}`);
    // A hub that is short of memory says so for a moment.
    if (answer.status === 503) return undefined;
    const { state }: Command = await answer.json();
    return state === "done" || state === "failed" || state === "expired" ? state : undefined;
  };
  return (await until(`command ${id} ends`, ask, COMMAND_WITHIN_MS)) === "done";
}
