// Packets as the MQTT standards allow and forbid them, byte by byte, and what a real hub does about each. The spaces in the
// bytes are for the reader.
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { createWebSocketStream, WebSocket } from "ws";
import { startTestHub, type TestHub } from "../../../support/hub.ts";
import { until } from "../../../support/until.ts";

/** Name; bytes after a CONNECT that was accepted; what comes back, and whether the connection is closed then. */
type Row = readonly [name: string, bytes: string, outcome: string];

const CLOSED = "closed";
const IGNORED = "";
const HELLO = "10 0d 0004 4d515454 04 02 003c 0001 61";
const ACCEPTED = "20020000";
const PINGREQ = "c000";
const PINGRESP = "d000";
const ANSWER_TIMEOUT_MS = 20_000;

/** Of these, the bytes are the CONNECT itself. */
const CONNECTS: readonly Row[] = [
  ["MQTT 3.1", "10 0f 0006 4d5149736470 03 02 003c 0001 61", ACCEPTED],
  [
    "MQTT 3.1, a client id of over 23 characters",
    `10 28 0006 4d5149736470 03 02 003c 001a ${"61".repeat(26)}`,
    ACCEPTED,
  ],
  ["MQTT 3.1, no client id", "10 0e 0006 4d5149736470 03 02 003c 0000", `20020002${CLOSED}`],
  ["MQTT 3.1.1", HELLO, ACCEPTED],
  ["MQTT 3.1.1 from another broker", "10 0d 0004 4d515454 84 02 003c 0001 61", ACCEPTED],
  ["a length in more bytes than it needs", "10 8d8000 0004 4d515454 04 02 003c 0001 61", ACCEPTED],
  ["no client id", "10 0c 0004 4d515454 04 02 003c 0000", ACCEPTED],
  ["no client id and a session to keep", "10 0c 0004 4d515454 04 00 003c 0000", `20020002${CLOSED}`],
  ["a client id with U+0001", "10 0d 0004 4d515454 04 02 003c 0001 01", `20020002${CLOSED}`],
  ["a client id with U+009F", "10 0e 0004 4d515454 04 02 003c 0002 c29f", `20020002${CLOSED}`],
  [
    "a will, a user name and a password",
    "10 19 0004 4d515454 04 ee 003c 0001 61 0001 74 0000 0001 75 0002 0000",
    ACCEPTED,
  ],
  ["an empty user name", "10 0f 0004 4d515454 04 82 003c 0001 61 0000", ACCEPTED],
  ["the name MQTT with the level of MQTT 3.1", "10 0d 0004 4d515454 03 02 003c 0001 61", `20020001${CLOSED}`],
  ["level 6", "10 0d 0004 4d515454 06 02 003c 0001 61", `2003008400${CLOSED}`],
  ["level 0", "10 0f 0006 4d5149736470 00 02 003c 0001 61", `20020001${CLOSED}`],
  ["the name MQTTT", "10 0e 0005 4d51545454 04 02 003c 0001 61", CLOSED],
  ["no protocol name", "10 09 0000 04 02 003c 0001 61", CLOSED],
  ["header flags", "11 0d 0004 4d515454 04 02 003c 0001 61", CLOSED],
  ["the reserved flag", "10 0d 0004 4d515454 04 03 003c 0001 61", CLOSED],
  ["QoS 1 of a will that is not there", "10 0d 0004 4d515454 04 0a 003c 0001 61", CLOSED],
  ["RETAIN of a will that is not there", "10 0d 0004 4d515454 04 22 003c 0001 61", CLOSED],
  ["a will of QoS 3", "10 12 0004 4d515454 04 1e 003c 0001 61 0001 74 0000", CLOSED],
  ["a will without a message", "10 10 0004 4d515454 04 06 003c 0001 61 0001 74", CLOSED],
  ["an empty will topic", "10 11 0004 4d515454 04 06 003c 0001 61 0000 0000", CLOSED],
  ["a will topic with a wildcard", "10 12 0004 4d515454 04 06 003c 0001 61 0001 23 0000", CLOSED],
  ["a will topic with U+0000", "10 12 0004 4d515454 04 06 003c 0001 61 0001 00 0000", CLOSED],
  ["a will topic with U+007F", "10 12 0004 4d515454 04 06 003c 0001 61 0001 7f 0000", CLOSED],
  ["a will topic with a surrogate", "10 14 0004 4d515454 04 06 003c 0001 61 0003 eda080 0000", CLOSED],
  ["a password without a user name", "10 10 0004 4d515454 04 42 003c 0001 61 0001 70", CLOSED],
  ["a user name that is missing", "10 0d 0004 4d515454 04 82 003c 0001 61", CLOSED],
  ["a user name with U+0000", "10 10 0004 4d515454 04 82 003c 0001 61 0001 00", CLOSED],
  ["a user name with U+001F", "10 10 0004 4d515454 04 82 003c 0001 61 0001 1f", CLOSED],
  ["a user name in overlong UTF-8", "10 11 0004 4d515454 04 82 003c 0001 61 0002 c1a1", CLOSED],
  ["a user name that no flag tells of", "10 10 0004 4d515454 04 02 003c 0001 61 0001 75", CLOSED],
  ["a client id with U+0000", "10 0d 0004 4d515454 04 02 003c 0001 00", CLOSED],
  ["a client id with half a character", "10 0d 0004 4d515454 04 02 003c 0001 c3", CLOSED],
  ["a client id that is missing", "10 0a 0004 4d515454 04 02 003c", CLOSED],
  ["a PINGREQ in place of CONNECT", "c0 00", CLOSED],
  ["a CONNACK in place of CONNECT", "20 02 0000", CLOSED],
];

const PUBLISHES: readonly Row[] = [
  ["QoS 0", "30 04 0001 61 78", IGNORED],
  ["no payload", "30 03 0001 61", IGNORED],
  ["QoS 1", "32 06 0001 61 0007 78", "40020007"],
  ["QoS 1, sent again", "3a 06 0001 61 0007 78", "40020007"],
  ["QoS 1, a reading", "32 0f 000b 73656e736f722f64617461 0007", "40020007"],
  ["QoS 2", "34 06 0001 61 0007 78", "50020007"],
  ["a topic beyond ASCII", "30 05 0003 e6b8a9", IGNORED],
  ["QoS 3", "36 06 0001 61 0007 78", CLOSED],
  ["QoS 0 and DUP", "38 04 0001 61 78", CLOSED],
  ["packet id 0", "32 06 0001 61 0000 78", CLOSED],
  ["no topic", "30 02 0000", CLOSED],
  ["no body", "30 00", CLOSED],
  ["half a topic", "30 03 0002 61", CLOSED],
  ["half a packet id", "32 04 0001 61 00", CLOSED],
  ["a topic with +", "30 03 0001 2b", CLOSED],
  ["a topic with #", "30 05 0003 612f23", CLOSED],
  ["a topic with U+0000", "30 05 0003 610062", CLOSED],
  ["a topic with U+001F", "30 03 0001 1f", CLOSED],
  ["a topic with U+0080", "30 04 0002 c280", CLOSED],
  ["a topic with a surrogate", "30 05 0003 edbfbf", CLOSED],
  ["a topic in overlong UTF-8", "30 05 0003 e08080", CLOSED],
  ["a topic beyond Unicode", "30 06 0004 f4908080", CLOSED],
];

const SUBSCRIPTIONS: readonly Row[] = [
  ["SUBSCRIBE", "82 06 0007 0001 61 00", "9003000700"],
  ["SUBSCRIBE, two filters", "82 0a 0007 0001 61 01 0001 23 02", "900400070102"],
  ["SUBSCRIBE, a filter that is none", "82 07 0007 0002 6123 00", "9003000780"],
  ["SUBSCRIBE, wrong flags", "80 06 0007 0001 61 00", CLOSED],
  ["SUBSCRIBE, DUP", "8a 06 0007 0001 61 00", CLOSED],
  ["SUBSCRIBE, packet id 0", "82 06 0000 0001 61 00", CLOSED],
  ["SUBSCRIBE, no body", "82 00", CLOSED],
  ["SUBSCRIBE, no filter", "82 02 0007", CLOSED],
  ["SUBSCRIBE, an empty filter", "82 05 0007 0000 00", CLOSED],
  ["SUBSCRIBE, no QoS", "82 05 0007 0001 61", CLOSED],
  ["SUBSCRIBE, QoS 3", "82 06 0007 0001 61 03", CLOSED],
  ["SUBSCRIBE, reserved bits", "82 06 0007 0001 61 04", CLOSED],
  ["SUBSCRIBE, reserved bits of the second", "82 0a 0007 0001 61 00 0001 62 80", CLOSED],
  ["SUBSCRIBE, half a filter", "82 06 0007 0003 61 00", CLOSED],
  ["SUBSCRIBE, U+0000", "82 06 0007 0001 00 00", CLOSED],
  ["SUBSCRIBE, U+0001", "82 06 0007 0001 01 00", CLOSED],
  ["SUBSCRIBE, a surrogate", "82 08 0007 0003 eda080 00", CLOSED],
  ["UNSUBSCRIBE", "a2 05 0007 0001 61", "b0020007"],
  ["UNSUBSCRIBE, two filters", "a2 08 0007 0001 61 0001 23", "b0020007"],
  ["UNSUBSCRIBE, wrong flags", "a0 05 0007 0001 61", CLOSED],
  ["UNSUBSCRIBE, packet id 0", "a2 05 0000 0001 61", CLOSED],
  ["UNSUBSCRIBE, no body", "a2 00", CLOSED],
  ["UNSUBSCRIBE, no filter", "a2 02 0007", CLOSED],
  ["UNSUBSCRIBE, an empty filter", "a2 04 0007 0000", CLOSED],
  ["UNSUBSCRIBE, half a filter", "a2 05 0007 0002 61", CLOSED],
  ["UNSUBSCRIBE, U+0000", "a2 05 0007 0001 00", CLOSED],
  ["UNSUBSCRIBE, U+009F", "a2 06 0007 0002 c29f", CLOSED],
  ["UNSUBSCRIBE, no UTF-8", "a2 05 0007 0001 ff", CLOSED],
];

const OTHERS: readonly Row[] = [
  ["PUBACK of nothing", "40 02 0007", IGNORED],
  ["PUBACK, flags", "42 02 0007", CLOSED],
  ["PUBACK, packet id 0", "40 02 0000", CLOSED],
  ["PUBACK, too short", "40 01 00", CLOSED],
  ["PUBACK, too long", "40 03 0007 00", CLOSED],
  ["PUBREC of nothing", "50 02 0007", "62020007"],
  ["PUBREC, packet id 0", "50 02 0000", CLOSED],
  ["PUBREC, no body", "50 00", CLOSED],
  ["PUBREL of nothing", "62 02 0007", "70020007"],
  ["PUBREL, wrong flags", "60 02 0007", CLOSED],
  ["PUBREL, packet id 0", "62 02 0000", CLOSED],
  ["PUBREL, too long", "62 03 0007 00", CLOSED],
  ["PUBCOMP of nothing", "70 02 0007", IGNORED],
  ["PUBCOMP, packet id 0", "70 02 0000", CLOSED],
  ["PUBCOMP, no body", "70 00", CLOSED],
  ["PINGREQ", "c0 00", PINGRESP],
  ["PINGREQ, flags", "c1 00", CLOSED],
  ["PINGREQ, a body", "c0 01 00", CLOSED],
  ["DISCONNECT", "e0 00", CLOSED],
  ["DISCONNECT, a body", "e0 01 00", CLOSED],
  ["CONNECT again", HELLO, CLOSED],
  ["CONNACK", "20 02 0000", CLOSED],
  ["SUBACK", "90 03 0007 00", CLOSED],
  ["UNSUBACK", "b0 02 0007", CLOSED],
  ["PINGRESP", "d0 00", CLOSED],
  ["type 0", "00 00", CLOSED],
  ["type 15", "f0 00", CLOSED],
];

const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");

/** Sends CONNECT, and `bytes` and a PINGREQ once it is accepted; answers what comes back beside the PINGRESP. */
function converse(socket: Duplex, connectBytes: string, bytes: string, outcome: string): Promise<string> {
  const isOpen = !outcome.endsWith(CLOSED);
  const answerBytes = bytesOf(`${outcome}${PINGRESP}`).length;
  return new Promise<string>((resolve, reject) => {
    let received = Buffer.alloc(0);
    // What is acknowledged once it is on disk may come behind the PINGRESP.
    const answer = () => received.toString("hex").replace(PINGRESP, "");
    const timer = setTimeout(() => reject(new Error(`only this came back: ${answer()}`)), ANSWER_TIMEOUT_MS);
    socket.on("data", (chunk: Buffer) => {
      if (received.length === 0) socket.write(bytesOf(bytes + PINGREQ));
      received = Buffer.concat([received, chunk]);
      if (isOpen && received.length >= answerBytes) resolve(answer());
    });
    // The end may arrive as a reset.
    socket.on("error", () => undefined);
    const ended = () => {
      clearTimeout(timer);
      resolve(`${answer()}${CLOSED}`);
    };
    socket.on("end", ended).on("close", ended);
    socket.write(bytesOf(connectBytes));
  }).finally(() => socket.destroy());
}

type Open = (hub: TestHub) => Duplex;

const overTcp: Open = (hub) => connect(hub.mqttPort, "127.0.0.1");
const overWebSocket: Open = (hub) =>
  createWebSocketStream(new WebSocket(`${hub.file.http.replace("http", "ws")}/mqtt`, "mqtt"));

/** Compares by name, and one after the other: all have the same client id. */
async function expectOutcomes(hub: TestHub, open: Open, rows: readonly Row[]): Promise<void> {
  const outcomes: Row[] = [];
  for (const [name, bytes, outcome] of rows) {
    outcomes.push([name, bytes, await converse(open(hub), HELLO, bytes, `${ACCEPTED}${outcome}`)]);
  }
  expect(outcomes).toEqual(rows.map(([name, bytes, outcome]) => [name, bytes, `${ACCEPTED}${outcome}`]));
}

test.each([
  ["", overTcp],
  [" over WebSocket", overWebSocket],
])("CONNECT%s", async (_over, open) => {
  await using hub = await startTestHub("--anonymous", "all");
  const outcomes: Row[] = [];
  for (const [name, bytes, outcome] of CONNECTS) {
    outcomes.push([name, bytes, await converse(open(hub), bytes, "", outcome)]);
  }
  expect(outcomes).toEqual(CONNECTS);
});

test.each([
  ["PUBLISH", PUBLISHES],
  ["SUBSCRIBE and UNSUBSCRIBE", SUBSCRIPTIONS],
  ["all other packets", OTHERS],
])("%s", async (_packets, rows) => {
  await using hub = await startTestHub("--anonymous", "all");
  await expectOutcomes(hub, overTcp, rows);
});

test("MQTT over WebSocket", async () => {
  await using hub = await startTestHub("--anonymous", "all");
  await expectOutcomes(hub, overWebSocket, [...PUBLISHES, ...SUBSCRIPTIONS, ...OTHERS]);
});

test("packet ids of forwarded messages begin at 1, apart from those of commands", async () => {
  await using hub = await startTestHub("--anonymous", "all");
  const client = await connectAsync(hub.file.mqtt);
  await client.subscribeAsync("a", { qos: 1 });
  const packetIds: (number | undefined)[] = [];
  client.on("message", (_topic, _payload, { messageId }) => packetIds.push(messageId));
  for (let count = 0; count < 3; count++) await client.publishAsync("a", "x", { qos: 1 });
  await until("all three", async () => (packetIds.length === 3 ? true : undefined));
  expect(packetIds).toEqual([1, 2, 3]);
  await client.endAsync();
});
