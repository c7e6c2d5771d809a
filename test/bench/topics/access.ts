// What access costs: the same loads by devices with keys, and over TLS, as a share of those without, in one run.
import { join } from "node:path";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import type { TestHub } from "../../support/hub.ts";
import type { Bench, Row, Topic } from "../bench.ts";
import { runLoad, startHub } from "../children.ts";
import { untilQuiet } from "../proc.ts";
import { inTurns, medianPair, thousands } from "../statistics.ts";

const PAIRS = 7;
const CLIENTS = 50;
const MQTT_IN_FLIGHT = 10;
/** Of what there is without keys. */
const KEYS_BAR = 0.97;
const window = { warmupMs: 1_000, measureMs: 3_000 };

const Report = Type.Object({ perSecond: Type.Number() });
const NewKey = Type.Object({ key: Type.String() });
const TlsPorts = Type.Object({ httpsPort: Type.Integer(), mqttsPort: Type.Integer() });

type Load = "mqtt-flood" | "http-flood";
const LOADS: readonly (readonly [Load, string])[] = [
  ["mqtt-flood", `MQTT QoS 1 messages/s, ${CLIENTS} clients × ${MQTT_IN_FLIGHT} in flight`],
  ["http-flood", `POST /data/s on ${CLIENTS} keep-alive connections`],
];

export const access: Topic = {
  name: "access",
  async run(bench) {
    await using plain = await startHub(join(bench.folder, "access-plain"));
    await using keyed = await startHub(join(bench.folder, "access-keyed"));
    await using secure = await startHub(join(bench.folder, "access-tls"));
    bench.tell(`${CLIENTS} keys`);
    const keys: string[] = [];
    // As the loads call their devices.
    for (let client = 1; client <= CLIENTS; client++)
      keys.push((await change(keyed, "POST", `/api/v1/devices/pi-${client}/key`, {}, NewKey)).key);
    const { httpsPort, mqttsPort } = await change(secure, "PATCH", "/api/v1/tls", { mode: "own" }, TlsPorts);
    const ca = await (await secure.fetch("/ca.pem")).text();

    const rows: Row[] = [];
    for (const [load, what] of LOADS) {
      const portOf = ({ mqttPort, httpPort }: TestHub) => (load === "mqtt-flood" ? mqttPort : httpPort);
      const beside = (hub: TestHub, target: object) => compare(bench, load, [plain, portOf(plain)], [hub, target]);
      const withKeys = await beside(keyed, { port: portOf(keyed), keys });
      rows.push({
        what: `${what}, with device keys, as a share of without`,
        bar: `≥ ${KEYS_BAR}`,
        measured: withKeys.words,
        passed: withKeys.share >= KEYS_BAR,
      });
      const overTls = await beside(secure, { port: load === "mqtt-flood" ? mqttsPort : httpsPort, ca });
      rows.push({
        what: `${what}, over TLS, as a share of without`,
        bar: "told",
        measured: overTls.words,
        passed: true,
      });
    }
    return rows;
  },
};

async function compare(
  bench: Bench,
  load: Load,
  [plain, port]: readonly [TestHub, number],
  [hub, target]: readonly [TestHub, object],
): Promise<{ readonly share: number; readonly words: string }> {
  bench.tell(`${load}, in turns`);
  const size = load === "mqtt-flood" ? { clients: CLIENTS, inFlight: MQTT_IN_FLIGHT } : { connections: CLIENTS };
  const flood = async (at: TestHub, where: object) => {
    const report = await runLoad(load, { ...where, ...size, window }, Report);
    await untilQuiet(at.pid);
    return report;
  };
  const pairs = await inTurns(
    PAIRS,
    () => flood(plain, { port }),
    () => flood(hub, target),
  );
  const { a, b, value } = medianPair(pairs, (without, beside) => beside.perSecond / without.perSecond);
  return { share: value, words: `${value.toFixed(2)} (${thousands(b.perSecond)} of ${thousands(a.perSecond)})` };
}

async function change<T extends TSchema>(
  hub: TestHub,
  method: string,
  path: string,
  body: object,
  answer: T,
): Promise<Static<T>> {
  const headers = { "Content-Type": "application/json" };
  const response = await hub.fetch(path, { method, headers, body: JSON.stringify(body) });
  return Value.Parse(answer, await response.json());
}
