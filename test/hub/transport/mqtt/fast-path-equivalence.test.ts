// The fast path is an optimisation: with it and without it a client gets the same acknowledgements, and the hub stores,
// refuses and shows the same. Two hubs whose clocks stand at the same time get the same packets. The one behind the broker's
// path gets a PINGREQ before each: once a packet of a read is the broker's, all behind it are.
import { EventEmitter, once } from "node:events";
import { connect } from "node:net";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { generate, type Packet, parser } from "mqtt-packet";
import { afterEach, expect, test, vi } from "vitest";
import { MqttFastPath } from "../../../../src/hub/transport/mqtt/fast-path.ts";
import { type HubInside, startHubInside } from "../../../support/hub-inside.ts";
import { until } from "../../../support/until.ts";

const NOW_MS = Date.UTC(2026, 5, 1);
/** Between two runs: the limits of what is listed are full again. */
const PAUSE_MS = 60_000;
const PUBLISH = 3;
const PINGREQ = generate({ cmd: "pingreq" });

interface Step {
  readonly packet: Packet;
  /** A DUP of the packet follows. */
  readonly isResent: boolean;
  /** The packets behind it arrive in another read. */
  readonly isLastOfRead: boolean;
}

const topic = fc.oneof(
  fc.constantFrom("sensor/pi-a/data", "bramble/pi-b/readings", "sensor/data", "bramble/pi-a/metric/t"),
  fc.constantFrom(
    "sensor/outcast/data",
    "bramble/outcast/metric/t",
    "sensor/-bad/data",
    "bramble/pi-a/metric/__proto__",
  ),
  fc.constantFrom("bramble/pi-a/about", "bramble/pi-b/status", "bramble/pi-a/state", "bramble/pi-a/reply"),
  fc.constantFrom("sensor/pi-a/dat", "home/kitchen", "bramble/pi-a/command", "$SYS/uptime"),
);

const payload = fc.oneof(
  fc.constantFrom('{"t":1}', '{"t":2.5,"h":40}', '{"device_id":"pi-a","t":3}', '{"device_id":"outcast","t":3}', "21.5"),
  fc.constantFrom(
    '[{"device_id":"pi-b","t":4},{"device_id":"pi-c","t":5}]',
    '{"ts":1780000000,"t":6}',
    '{"ts":5,"t":7}',
  ),
  fc.constantFrom(
    "",
    "{}",
    '{"t":',
    '{"t":null}',
    '{"t":1,"mode":"eco"}',
    "ON",
    "online",
    "offline",
    '{"name":"Attic"}',
  ),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
);

const publish = fc
  .record({
    topic,
    payload,
    qos: fc.constantFrom(0, 1, 1),
    messageId: fc.integer({ min: 1, max: 0xffff }),
    retain: fc.integer({ max: 9, min: 0 }).map((tenth) => tenth === 0),
  })
  .map((fields): Packet => ({ cmd: "publish", dup: false, ...fields }));

const other = fc.constantFrom<Packet>(
  { cmd: "pingreq" },
  { cmd: "subscribe", messageId: 7, subscriptions: [{ topic: "bramble/pi-a/command", qos: 1 }] },
  { cmd: "unsubscribe", messageId: 8, unsubscriptions: ["bramble/pi-a/command"] },
);

const step: fc.Arbitrary<Step> = fc.record({
  packet: fc.oneof({ weight: 6, arbitrary: publish }, { weight: 1, arbitrary: other }),
  isResent: fc.boolean(),
  isLastOfRead: fc.boolean(),
});

/** The bytes of each read: with `prefix` before every packet. */
function* reads(steps: readonly Step[], prefix: Buffer): Generator<Buffer> {
  let read: Buffer[] = [];
  for (const { packet, isResent, isLastOfRead } of steps) {
    read.push(prefix, generate(packet));
    if (isResent && packet.cmd === "publish") read.push(prefix, generate({ ...packet, dup: packet.qos > 0 }));
    if (!isLastOfRead) continue;
    yield Buffer.concat(read);
    read = [];
  }
  if (read.length > 0) yield Buffer.concat(read);
}

/**
 * Everything that the hub answers behind CONNACK until the connection is closed. Sorted: it depends on how packets fall into
 * reads whether retained messages come before the SUBACK of the next SUBSCRIBE.
 */
async function answers(hub: HubInside, chunks: Iterable<Buffer>, isAdmin: boolean, endsItself: boolean) {
  const socket = connect({ port: hub.mqttPort, host: "127.0.0.1", noDelay: true });
  const packets: Packet[] = [];
  const connected = Promise.withResolvers<void>();
  const parse = parser().on("packet", (packet) => {
    if (packet.cmd === "connack") connected.resolve();
    else packets.push(packet);
  });
  socket.on("data", (chunk) => parse.parse(chunk));
  // The hub may reset a connection that it does not acknowledge.
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await once(socket, "connect");
  const login = isAdmin ? { username: "admin", password: Buffer.from(hub.token) } : {};
  socket.write(generate({ cmd: "connect", clientId: "pi", clean: true, keepalive: 0, ...login }));
  await connected.promise;
  for (const chunk of chunks) {
    socket.write(chunk);
    // The hub in this process reads between two turns of the event loop.
    for (let turn = 0; turn < 3; turn++) await setImmediate();
  }
  if (endsItself) socket.end();
  await closed;
  return {
    acknowledged: packets
      .flatMap(({ cmd, messageId = 0 }) => (cmd === "puback" ? [messageId] : []))
      .toSorted((a, b) => a - b),
    others: packets
      .map(({ cmd }) => cmd)
      .filter((cmd) => cmd !== "puback" && cmd !== "pingresp")
      .toSorted(),
  };
}

interface Received {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

/** A client that is subscribed to every topic. */
async function startListener(hub: HubInside) {
  const socket = connect({ port: hub.mqttPort, host: "127.0.0.1", noDelay: true });
  const received: Received[] = [];
  const arrivals = new EventEmitter();
  const parse = parser().on("packet", (packet) => {
    if (packet.cmd === "publish") {
      const { topic, payload, qos, retain, messageId = 0 } = packet;
      received.push({ topic, payload: payload.toString("latin1"), qos, retain });
      if (qos === 1) socket.write(generate({ cmd: "puback", messageId }));
    } else arrivals.emit(packet.cmd);
  });
  socket.on("data", (chunk) => parse.parse(chunk));
  const ask = async (packet: Packet, answer: Packet["cmd"]) => {
    const answered = once(arrivals, answer);
    socket.write(generate(packet));
    await answered;
  };
  const login = { username: "admin", password: Buffer.from(hub.token) };
  await ask({ cmd: "connect", clientId: "listener", clean: true, keepalive: 0, ...login }, "connack");
  await ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "#", qos: 1 }] }, "suback");
  return {
    /** What it received since the last call. */
    async received() {
      await ask({ cmd: "pingreq" }, "pingresp");
      return received.splice(0);
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
}

async function effects(hub: HubInside) {
  const [devices, readings, refused] = await Promise.all(
    ["/api/v1/devices", "/api/v1/readings?limit=10000", "/api/v1/refused"].map(async (path) => {
      const response = await hub.fetch(path);
      expect(response.status, path).toBe(200);
      return response.json();
    }),
  );
  return { devices, readings, refused };
}

/** A hub that has blocked a device. */
async function startWithOutcast(): Promise<HubInside> {
  const hub = await startHubInside({ nowMs: NOW_MS });
  await hub.post({ device_id: "outcast", t: 1 });
  expect((await hub.fetch("/api/v1/devices/outcast/block", { method: "POST", body: "{}" })).status).toBe(200);
  return hub;
}

afterEach(() => {
  vi.restoreAllMocks();
});

test.each(["without a listener", "with one for all topics"])(
  "both paths give the same acknowledgements and have the same effects, %s",
  { timeout: 240_000 },
  async (scenario) => {
    await using fast = await startWithOutcast();
    await using slow = await startWithOutcast();
    using listeners = new DisposableStack();
    const hasSubscribers = scenario !== "without a listener";
    const [besideFast, besideSlow] = hasSubscribers
      ? [listeners.use(await startListener(fast)), listeners.use(await startListener(slow))]
      : [];
    const take = vi.spyOn(MqttFastPath.prototype, "take");
    // Beside what the listener acknowledges.
    const isPublish = (call: number) => (take.mock.calls[call]?.[1].header ?? 0) >> 4 === PUBLISH;
    const takenOut = () => take.mock.results.filter(({ value }, call) => value === true && isPublish(call)).length;
    let publishes = 0;
    let shortcuts = 0;
    let received = 0;

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), fc.boolean(), async (steps, isAdmin) => {
        for (const hub of [fast, slow]) hub.clock.advance(PAUSE_MS);
        take.mockClear();
        const expected = await answers(slow, reads(steps, PINGREQ), isAdmin, true);
        expect(takenOut()).toBe(0);
        const actual = await answers(fast, reads(steps, Buffer.alloc(0)), isAdmin, true);
        shortcuts += takenOut();
        publishes += steps.filter(({ packet }) => packet.cmd === "publish").length;
        expect(actual).toEqual(expected);
        expect(await effects(fast)).toEqual(await effects(slow));
        const [ofFast, ofSlow] = [await besideFast?.received(), await besideSlow?.received()];
        expect(ofFast).toEqual(ofSlow);
        received += ofFast?.length ?? 0;
      }),
      { numRuns: 10, endOnFailure: true },
    );
    // Enough of them took the fast path for the comparison to mean something.
    expect(shortcuts).toBeGreaterThan(publishes / 10);
    expect(received > 0).toBe(hasSubscribers);
  },
);

test("on a full disk neither acknowledges a publish, and both end the connection", { timeout: 120_000 }, async () => {
  await using fast = await startWithOutcast();
  await using slow = await startWithOutcast();
  for (const hub of [fast, slow]) {
    hub.freeBytes = 0;
    await until("the disk is full", async () => {
      hub.clock.advance(1_000);
      const response = await hub.fetch("/data", { method: "POST", body: '{"device_id":"pi-a","t":1}' });
      return response.status === 503 ? true : undefined;
    });
  }
  const steps = fc.array(step, { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(steps, fc.record({ packet: publish, isResent: fc.boolean() }), async (before, last) => {
      const retainsNothing = ({ packet }: Pick<Step, "packet">) => packet.cmd !== "publish" || !packet.retain;
      const sent = [...before, { ...last, isLastOfRead: true }].filter(retainsNothing);
      fc.pre(sent.some(({ packet }) => packet.cmd === "publish"));
      const expected = await answers(slow, reads(sent, PINGREQ), false, false);
      const actual = await answers(fast, reads(sent, Buffer.alloc(0)), false, false);
      expect(actual.acknowledged).toEqual([]);
      expect(expected.acknowledged).toEqual([]);
      expect((await effects(fast)).readings).toEqual((await effects(slow)).readings);
    }),
    { numRuns: 25 },
  );
});
