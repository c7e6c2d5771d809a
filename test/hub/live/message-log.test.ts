// The log of messages: costs nothing without viewers, shows a fair sample of a flood, and to each viewer only permitted messages.
import { expect, test } from "vitest";
import type { Principal } from "../../../src/hub/access/principal.ts";
import { FairSample } from "../../../src/hub/live/fair-sample.ts";
import { type LogViewer, MessageLog } from "../../../src/hub/live/message-log.ts";
import { excerptOf } from "../../../src/hub/observe/excerpt.ts";
import { type MessageOutcome, MessageTap } from "../../../src/hub/observe/message-tap.ts";
import { parseDeviceId } from "../../../src/shared/ids.ts";
import { message } from "../../../src/shared/messages/message.ts";
import type { LogEvent, LogFilter, LogRow } from "../../../src/shared/mqtt/message-log.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const NOW_MS = 1_795_710_000_000;
const STORED: MessageOutcome = { kind: "stored", accepted: 1, isQuarantined: false };
const REFUSED: MessageOutcome = { kind: "refused", problem: message("not-json/empty") };
const ANN: Principal = { kind: "person", name: "Ann", role: "operator", session: "s" };

class Place {
  readonly clock = new FakeClock(NOW_MS);
  readonly tap = new MessageTap();
  readonly log = new MessageLog({ tap: this.tap, clock: this.clock });

  look(filter: LogFilter = {}, more: Partial<LogViewer> = {}) {
    const events: LogEvent[] = [];
    const watch = this.log.watch({ isBehind: () => false, send: (event) => events.push(event), ...more }, filter, "en");
    const logs = () => events.filter((event) => event.type === "log");
    return {
      watch,
      rows: (): LogRow[] => logs().flatMap(({ rows }) => rows),
      leftOut: (): number => logs().reduce((sum, { leftOut }) => sum + leftOut, 0),
      talkers: () => events.findLast((event) => event.type === "log-talkers"),
    };
  }

  send(device: string | null, payload: string, outcome = STORED, principal: Principal = { kind: "anonymous" }): void {
    const arrived = { source: `sensor/${device}/data`, payload: Buffer.from(payload), address: "192.0.2.7" };
    const id = device === null ? null : (parseDeviceId(device) ?? null);
    this.tap.settled({ ...arrived, principal, transport: "mqtt", clientId: "c1" }, id, outcome);
  }
}

test("the tap has a listener only while there is a viewer", () => {
  const place = new Place();
  expect(place.tap.listener).toBeNull();
  const [one, other] = [place.look(), place.look()];
  expect(place.tap.listener).not.toBeNull();
  one.watch?.end();
  one.watch?.end();
  expect(place.tap.listener).not.toBeNull();
  other.watch?.end();
  expect(place.tap.listener).toBeNull();
  place.send("pi", "1");
  place.clock.advance(1_000);
  expect(other.rows()).toEqual([]);
});

test("a row has the message, its sender and its verdict", () => {
  const place = new Place();
  const { rows } = place.look();
  place.send("pi", '{"t":1}', STORED, ANN);
  place.send(null, "", REFUSED);
  place.clock.advance(100);
  const way = { transport: "mqtt", address: "192.0.2.7", client: "c1" };
  const pi = { source: "sensor/pi/data", device: "pi", payload: '{"t":1}', bytes: 7, verdict: "stored", readings: 1 };
  expect(rows()[0]).toEqual({ atMs: NOW_MS, ...pi, ...way, sender: "Ann" });
  expect(rows()[1]).toMatchObject({ verdict: "refused", reason: expect.stringContaining("empty"), bytes: 0 });
});

test("a viewer with a scope of devices gets only their rows and top senders, and no names of people", () => {
  const place = new Place();
  const { rows, talkers } = place.look({}, { maySee: (device) => device === "pi" });
  place.send("pi", "1", STORED, ANN);
  place.send("other", "2");
  place.send(null, "3", REFUSED);
  place.clock.advance(1_000);
  expect(rows().map(({ payload, sender }) => [payload, sender])).toEqual([["1", undefined]]);
  expect(talkers()).toMatchObject({ messages: 1, talkers: [{ device: "pi", messages: 1, bytes: 1 }] });
});

test("a flood is sampled and counted, and never displaces a quiet device", () => {
  const place = new Place();
  const { rows, leftOut } = place.look();
  let sent = 0;
  for (let tick = 0; tick < 50; tick++) {
    for (let n = 0; n < 200; n++, sent++) place.send("loud", String(n));
    if (tick % 10 === 5) place.send("quiet", "here", STORED);
    if (tick % 10 === 5) sent++;
    if (tick === 7) place.send("loud", "bad", REFUSED);
    if (tick === 7) sent++;
    for (let n = 0; n < 200; n++, sent++) place.send("loud", String(n));
    place.clock.advance(100);
  }
  expect(rows().length).toBeLessThanOrEqual(600);
  expect(rows().length).toBeGreaterThan(400);
  expect(rows().length + leftOut()).toBe(sent);
  expect(rows().filter(({ device }) => device === "quiet")).toHaveLength(5);
  expect(rows().filter(({ verdict }) => verdict === "refused")).toHaveLength(1);
});

test("the hub filters before sampling: matches are shown during any flood", () => {
  const place = new Place();
  const views = [
    place.look({ device: "pi" }),
    place.look({ text: "NEEDLE" }),
    place.look({ verdict: "refused" }),
    place.look({ transport: "http" }),
  ];
  for (let n = 0; n < 500; n++) place.send("loud", "hay");
  place.send("pi", "a needle");
  place.send("loud", "", REFUSED);
  for (let n = 0; n < 500; n++) place.send("loud", "hay");
  place.clock.advance(100);
  expect(views.map(({ rows, leftOut }) => [rows().length, leftOut()])).toEqual([
    [1, 0],
    [1, 0],
    [1, 0],
    [0, 0],
  ]);
  views[0]?.watch?.change({ verdict: "refused" }, "en");
  place.send("pi", "not shown");
  place.send("loud", "", REFUSED);
  place.clock.advance(100);
  expect(views[0]?.rows().map(({ verdict }) => verdict)).toEqual(["stored", "refused"]);
});

test("a viewer that does not read gets nothing until it does, and then the number of missed messages", () => {
  const place = new Place();
  let isBehind = true;
  const { rows, leftOut } = place.look({}, { isBehind: () => isBehind });
  place.send("pi", "missed");
  place.clock.advance(2_000);
  isBehind = false;
  place.send("pi", "seen");
  place.clock.advance(100);
  expect([rows().map(({ payload }) => payload), leftOut()]).toEqual([["seen"], 1]);
});

test("the number of viewers is limited", () => {
  const place = new Place();
  const watches = Array.from({ length: 16 }, () => place.look().watch);
  expect(watches).not.toContain(null);
  expect(place.look().watch).toBeNull();
  watches[3]?.end();
  expect(place.look().watch).not.toBeNull();
});

test("the top talkers are those of the last minute, by messages and by bytes", () => {
  const place = new Place();
  const { talkers } = place.look();
  for (let device = 0; device < 30; device++)
    for (let n = 0; n <= device; n++) place.send(`d${device}`, "x".repeat(device === 3 ? 9_000 : 1));
  place.clock.advance(1_000);
  const now = talkers();
  expect(now?.talkers.map(({ device }) => device)).toEqual([
    "d29",
    "d28",
    "d27",
    "d26",
    "d25",
    "d24",
    "d23",
    "d22",
    "d3",
  ]);
  expect(now?.messages).toBe(465);
  expect(now?.spanMs).toBe(1_000);
  place.clock.advance(40_000);
  place.send("later", "x");
  place.clock.advance(30_000);
  expect(talkers()?.talkers.map(({ device }) => device)).toEqual(["later"]);
  expect(talkers()?.spanMs).toBeLessThanOrEqual(60_000);
});

test("many equal senders are shown in turn", () => {
  const sample = new FairSample<number>(100);
  const shown = new Array<number>(400).fill(0);
  for (let tick = 0; tick < 300; tick++) {
    for (let sender = 0; sender < 400; sender++) sample.offer(`s${sender}`, () => sender);
    for (const row of sample.take().rows) shown[row] = (shown[row] ?? 0) + 1;
    sample.elapsed(100);
    if (tick % 10 === 9) sample.tick();
  }
  expect(Math.min(...shown)).toBeGreaterThan(0);
});

test("an excerpt is bounded, cuts no character in two, and holds no secret", () => {
  expect(excerptOf(Buffer.from("가나다"), 7)).toBe("가나");
  const key = `brk_${"x".repeat(43)}`;
  const payload = `{"t":1,"Wifi_Password":"hun\\"ter2","apiKey": "abc","auth":{"token":"t0p"},"note":"${key}"}`;
  const shown = excerptOf(Buffer.from(payload), 512);
  for (const secret of ["hun", "ter2", "abc", "t0p", "xxx"]) expect(shown).not.toContain(secret);
  expect(shown).toContain('"t":1,"Wifi_Password":"•••","apiKey": "•••","auth":{"token":"•••"},"note":"brk_•••"');
  expect(excerptOf(Buffer.from('{"password":"secret that is cut'), 24)).toBe('{"password":"•••');
  // Readings that only sound alike stay.
  expect(excerptOf(Buffer.from('{"token_count":12}'), 99)).toBe('{"token_count":12}');
});

test("messages cost nothing without a viewer", () => {
  const tap = new MessageTap();
  const arrived = new Proxy(
    { source: "s", payload: Buffer.of(1), address: "a", principal: ANN, transport: "mqtt" } as const,
    {
      get(_message, field) {
        throw new Error(`${String(field)} was looked at`);
      },
    },
  );
  tap.settled(arrived, null, STORED);
  tap.listener = ({ message }) => message.payload;
  expect(() => tap.settled(arrived, null, STORED)).toThrow("was looked at");
});
