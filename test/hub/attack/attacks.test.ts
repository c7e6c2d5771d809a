// Every attack, at small scale, against a hub with little memory, together with honest clients: they are served without loss, the hub
// stays within its memory, and retains nothing of the attack.
import { expect, test } from "vitest";
import type { Health } from "../../../src/shared/api.ts";
import { errorCode } from "../../../src/shared/error-text.ts";
import { MemoryWatch } from "../../bench/memory-watch.ts";
import { attackKinds } from "../../support/attacks/all-attacks.ts";
import type { StartAttack } from "../../support/attacks/attack.ts";
import { approveHonest } from "../../support/honest/approve.ts";
import { HonestClients, usualPace } from "../../support/honest/honest-clients.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { until } from "../../support/until.ts";

const MEMORY_MB = 64;
/** Of the full attacks. */
const SIZE = 0.2;
const SIZE_TOGETHER = 0.05;
/** The engine collects garbage late, and the store's caches fill. */
const MARGIN_BYTES = 192 * 1024 * 1024;
const MAX_GROWTH_BYTES = MEMORY_MB * 1024 * 1024 + MARGIN_BYTES;
/** The requests that ask for the figures are counted, too. */
const OWN_BYTES = 16 * 1024;
/** Of each honest device during each attack; over HTTP one waits for the other. */
const ANSWERS = { mqtt: 20, http: 2 };
const ANSWERED_WITHIN_MS = 45_000;
/** What is due meanwhile waits on the two HTTP connections. */
const ALL_ANSWERED_WITHIN_MS = 60_000;
/** What attackers had sent before they left is still taken: a socket's buffers hold a million of the smallest packets. */
const AFTERMATH_MS = 90_000;
const TEST_TIMEOUT_MS = 240_000;
const WIDE = { devices: 40, metrics: 250 };

for (const { what, hubFlags = [], needsWideStore = false, variants } of attackKinds) {
  test(what, { timeout: TEST_TIMEOUT_MS }, async () => {
    await using hub = await startTestHub("--memory", String(MEMORY_MB), ...hubFlags);
    if (hubFlags.includes("ask")) await approveHonest(hub);
    if (needsWideStore) await storeManySeries(hub);
    await withstand(
      hub,
      SIZE,
      Object.values(variants).map((start) => [start]),
    );
  });
}

test("all of them at once", { timeout: TEST_TIMEOUT_MS }, async () => {
  // With the limit it takes minutes until what is left in the sockets of those who flood has been read, at its rate.
  await using hub = await startTestHub("--memory", String(MEMORY_MB), "--anonymous", "all", "--no-rate-limit");
  const all = attackKinds.flatMap(({ variants }) => Object.values(variants));
  await withstand(hub, SIZE_TOGETHER, [all]);
});

/** Each round's attacks go on at the same time. */
async function withstand(hub: TestHub, size: number, rounds: readonly (readonly StartAttack[])[]): Promise<void> {
  const { pid, mqttPort, httpPort } = hub;
  const { token } = hub.file;
  await using honest = new HonestClients({ mqttPort, httpPort, ...usualPace });
  await honest.start();
  using watch = new MemoryWatch(pid);
  const beforeBytes = watch.peakBytes;
  for (const starts of rounds) {
    await using attacks = new AsyncDisposableStack();
    for (const start of starts) attacks.use(start({ mqttPort, httpPort, token }, size));
    await honest.untilAnswered(ANSWERS, ANSWERED_WITHIN_MS);
  }
  expect(await honest.stop(ALL_ANSWERED_WITHIN_MS)).toMatchObject({ unanswered: 0, turnedAway: 0, connectionsLost: 0 });
  // Short of memory it may turn newcomers away, but not for long.
  await until("the hub is healthy and open to newcomers", async () => ((await isHealthy(hub)) ? true : undefined));
  expect(await honest.countMissing((path) => askInTime(hub, path))).toBe(0);
  expect(watch.peakBytes - beforeBytes).toBeLessThan(MAX_GROWTH_BYTES);
  const isGone = (bytes: number) => bytes >= 0 && bytes < OWN_BYTES;
  await until(
    "nothing of it is in flight or held",
    async () =>
      isGone(await figure(hub, "in_flight_bytes")) && isGone(await figure(hub, "held_bytes")) ? true : undefined,
    AFTERMATH_MS,
  );
  expect(hub.isAlive).toBe(true);
}

async function isHealthy(hub: TestHub): Promise<boolean> {
  // A newcomer that is turned away finds its connection closed; a hub that has ended would do the same.
  const response = await hub.fetch("/healthz").catch(() => null);
  expect(hub.isAlive).toBe(true);
  if (response === null) return false;
  const { status }: Partial<Health> = await response.json();
  return status === "ok";
}

/** Nothing that is looked up must wait for what attackers requested before they left. */
async function askInTime(hub: TestHub, path: string): Promise<unknown> {
  return JSON.parse(await askedAgain(hub, path));
}

async function figure(hub: TestHub, name: string): Promise<number> {
  const text = await askedAgain(hub, "/metrics");
  return Number(new RegExp(`^bramble_${name} (\\S+)$`, "m").exec(text)?.[1]);
}

/** While its memory is short the hub turns newcomers away: it answers 503, or closes the connection. They come back. */
function askedAgain(hub: TestHub, path: string): Promise<string> {
  const ask = async () => {
    const response = await hub.fetch(path, { signal: AbortSignal.timeout(ANSWERED_WITHIN_MS) });
    if (response.status === 503) return undefined;
    expect(response.status).toBe(200);
    return response.text();
  };
  const askOrCut = () =>
    ask().catch((error: unknown) => {
      if (isCut(error) && hub.isAlive) return undefined;
      throw error;
    });
  return until(`${path} is answered`, askOrCut, ANSWERED_WITHIN_MS);
}

function isCut(error: unknown): boolean {
  return error instanceof TypeError && ["ECONNRESET", "UND_ERR_SOCKET"].includes(errorCode(error.cause));
}

async function storeManySeries(hub: TestHub): Promise<void> {
  const names = Array.from({ length: WIDE.metrics }, (_, index) => [`metric-${index}`, index]);
  for (let number = 1; number <= WIDE.devices; number++) {
    const posted = await hub.post({ device_id: `wide-${number}`, ...Object.fromEntries(names) });
    expect(posted.status).toBe(200);
  }
}
