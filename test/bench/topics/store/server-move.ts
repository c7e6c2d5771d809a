// A hub moves from its file into a database server while devices send: how fast, beside the server's own fastest way, and how soon
// messages are acknowledged meanwhile.
import { setTimeout as sleep } from "node:timers/promises";
import type { MoveStatus } from "../../../../src/shared/settings/move.ts";
import { DAY_MS } from "../../../../src/shared/time.ts";
import type { TestHub } from "../../../support/hub.ts";
import type { DatabaseServer } from "../../../support/system/database-server.ts";
import type { Bench, Row } from "../../bench.ts";
import { startHub } from "../../children.ts";
import { pace } from "../../pace.ts";
import { milliseconds, thousands } from "../../statistics.ts";

const WINDOW = { warmupMs: 500, measureMs: 5_000 };
const POLL_MS = 50;
const MIN_SHARE = 0.5;
const MAX_PUBACK_MS = 50;
const AGES = [
  { age: "of the last fortnight", agoMs: 0 },
  { age: "older than 90 days", agoMs: 100 * DAY_MS },
];

type MoveBench = Pick<Bench, "stores" | "tell">;

export interface MoveProduct {
  readonly product: string;
  readonly rival: string;
  /** Readings a second that the rival stored in the same run. */
  readonly rivalPerSecond: number;
}

/** Two rows of the table for readings that become rows of this server, and two for those that become chunks. */
export async function measureMoves(running: DatabaseServer, product: MoveProduct, bench: MoveBench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const age of AGES) for (const row of await measureMove(running, { ...product, ...age }, bench)) rows.push(row);
  return rows;
}

async function measureMove(
  running: DatabaseServer,
  { product, rival, rivalPerSecond, age, agoMs }: MoveProduct & (typeof AGES)[number],
  { stores, tell }: MoveBench,
): Promise<Row[]> {
  const filled = await stores.toMove(`${product}-${agoMs}`, agoMs);
  const address = await running.createDatabase();
  const hub = await startHub(filled.path);
  tell(`moves ${thousands(filled.readings)} readings ${age} into ${product}`);
  const alone = await pace(hub.mqttPort, WINDOW);
  const startedAt = performance.now();
  const headers = { "content-type": "application/json" };
  const begun = await hub.fetch("/api/v1/move", { method: "POST", headers, body: JSON.stringify({ to: address }) });
  if (!begun.ok) throw new Error(await begun.text());
  const perSecond = copied(hub).then((readings) => readings / ((performance.now() - startedAt) / 1_000));
  const p99s: number[] = [];
  while ((await stepOf(hub)) !== "ready") p99s.push((await pace(hub.mqttPort, WINDOW)).p99Ms);
  const rate = await perSecond;
  await hub.end("SIGTERM");
  await running.dropDatabase(address);
  const share = rate / rivalPerSecond;
  const worstMs = Math.max(...p99s);
  return [
    {
      what: `readings/s ${age} moved into ${product} while devices send, of ${rival}`,
      bar: `≥ ${MIN_SHARE}`,
      measured: `${share.toFixed(2)} (${thousands(rate)} of ${thousands(rivalPerSecond)})`,
      passed: share >= MIN_SHARE,
    },
    {
      what: `PUBACK p99 while readings ${age} are moved into ${product}, in the worst ${WINDOW.measureMs / 1_000} s`,
      bar: `≤ ${MAX_PUBACK_MS} ms`,
      measured: `${milliseconds(worstMs)} (${milliseconds(alone.p99Ms)} before it)`,
      passed: worstMs <= MAX_PUBACK_MS,
    },
  ];
}

/** Resolves with how many readings were copied, once they are. */
async function copied(hub: TestHub): Promise<number> {
  for (;;) {
    const { move } = await statusOf(hub);
    if (move !== null && move.step !== "copying") return move.copiedReadings;
    await sleep(POLL_MS);
  }
}

async function stepOf(hub: TestHub): Promise<string> {
  const { move } = await statusOf(hub);
  if (move?.problem !== undefined) throw new Error(move.problem);
  return move?.step ?? "none";
}

const statusOf = (hub: TestHub) => hub.json<MoveStatus>("/api/v1/move");
