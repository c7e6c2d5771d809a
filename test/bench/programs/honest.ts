// Honest clients in a process of their own: `honest.ts --http PORT --mqtt PORT [--seconds 20] [--token T]`. Says `{}` once
// every device has been acknowledged, and how they fared after so many seconds, or after SIGTERM if that comes first. With
// the administrator's token it also looks up every reading that was acknowledged.
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { HonestClients, usualPace } from "../../support/honest/honest-clients.ts";
import { report } from "./program.ts";

const GRACE_MS = 30_000;

const { values } = parseArgs({
  options: {
    http: { type: "string", default: "8080" },
    mqtt: { type: "string", default: "1883" },
    token: { type: "string" },
    seconds: { type: "string", default: "20" },
    "mqtt-devices": { type: "string", default: String(usualPace.mqtt.devices) },
    "mqtt-period-ms": { type: "string", default: String(usualPace.mqtt.periodMs) },
    "http-devices": { type: "string", default: String(usualPace.http.devices) },
    "http-period-ms": { type: "string", default: String(usualPace.http.periodMs) },
  },
});

const MAX_ATTEMPTS = 12;
const RETRY_AFTER_MS = 5_000;
const told = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
const clients = new HonestClients({
  httpPort: Number(values.http),
  mqttPort: Number(values.mqtt),
  mqtt: { devices: Number(values["mqtt-devices"]), periodMs: Number(values["mqtt-period-ms"]) },
  http: { devices: Number(values["http-devices"]), periodMs: Number(values["http-period-ms"]) },
});
await clients.start();
report({});
await Promise.race([sleep(1_000 * Number(values.seconds)), told]);
const result = await clients.stop(GRACE_MS);
const { token } = values;
report(token === undefined ? result : { ...result, missing: await clients.countMissing(ask(token)) });
process.exit();

/** A hub that is short of memory says so for a moment, and that it may be asked again. */
function ask(token: string): (path: string) => Promise<unknown> {
  return async function askFor(path, attempts = MAX_ATTEMPTS): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${values.http}${path}`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    if (response.status === 503 && attempts > 1) {
      await sleep(RETRY_AFTER_MS);
      return askFor(path, attempts - 1);
    }
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
}
