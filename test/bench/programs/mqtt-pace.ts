// Clients that send at their pace whatever the broker does, evenly spread over the period. A message's latency counts from
// when it was due, so that a broker that stalls cannot hide what it held up.
import { setTimeout as sleep } from "node:timers/promises";
import { Type } from "typebox";
import { openMqtt } from "./mqtt-socket.ts";
import { readOptions, report } from "./program.ts";
import { PublishRing } from "./publish-ring.ts";
import { untilNone, Window } from "./window.ts";

/** Of one client: a message is every period, so these are many seconds. */
const IN_FLIGHT = 1_000;

const options = readOptions(
  Type.Object({
    port: Type.Integer(),
    clients: Type.Integer(),
    /** Of each client. */
    periodMs: Type.Number(),
    /** Clients that send at the same moment. */
    together: Type.Integer(),
    window: Window,
  }),
);
const { clients, periodMs, together, window } = options;

const latenciesMs: number[] = [];
let sent = 0;
let acknowledged = 0;
let countsFromMs = Number.POSITIVE_INFINITY;

/** Connects; the answer sends one message that was due then. */
async function openClient(index: number): Promise<(dueMs: number) => void> {
  const device = `pi-${index + 1}`;
  const ring = new PublishRing(device, IN_FLIGHT);
  const dueMsById = new Map<number, number>();
  const bytes: number[] = [];
  const socket = await openMqtt({ port: options.port }, device, (chunk) => {
    for (const byte of chunk) {
      bytes.push(byte);
      if (bytes.length < 4) continue;
      const [, , high = 0, low = 0] = bytes.splice(0);
      settle(high * 256 + low);
    }
  });
  const settle = (id: number) => {
    const dueMs = dueMsById.get(id);
    if (dueMs === undefined) throw new Error(`an acknowledgement of ${id}, which was not sent`);
    dueMsById.delete(id);
    acknowledged++;
    if (dueMs >= countsFromMs) latenciesMs.push(performance.now() - dueMs);
  };
  return (dueMs) => {
    sent++;
    dueMsById.set(ring.send(socket, 1), dueMs);
  };
}

/** Resolves at that time or up to a millisecond later: who watches the clock takes a core from the broker. */
async function reach(timeMs: number): Promise<void> {
  for (let leftMs = timeMs - performance.now(); leftMs > 0; leftMs = timeMs - performance.now()) {
    await sleep(Math.ceil(leftMs));
  }
}

const sends = await Promise.all(Array.from({ length: clients }, (_, index) => openClient(index)));
const stepMs = (periodMs * together) / clients;
const startMs = performance.now();
countsFromMs = startMs + window.warmupMs;
for (let step = 0; step * stepMs < window.warmupMs + window.measureMs; step++) {
  const dueMs = startMs + step * stepMs;
  await reach(dueMs);
  const first = (step * together) % clients;
  for (const send of sends.slice(first, first + together)) send(dueMs);
}
await untilNone(() => sent - acknowledged);

latenciesMs.sort((a, b) => a - b);
const quantile = (share: number) => latenciesMs[Math.floor(share * latenciesMs.length)];
report({ acknowledged, p50Ms: quantile(0.5), p99Ms: quantile(0.99) });
process.exit();
