// The packets for a client in one turn of the event loop are one write, complete and in order, and counted until then.
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { generate, writeToStream } from "mqtt-packet";
import { expect, test } from "vitest";
import { Budget } from "../../../../src/hub/access/limits/budget.ts";
import { batchWrites } from "../../../../src/hub/transport/mqtt/wire/batched-writes.ts";

const PUBLISH = { cmd: "publish", topic: "a/b", payload: "21.5", qos: 0, dup: false, retain: false } as const;

/** A stream that notes each write; `isStuck`: it never gets rid of one. */
function openStream(isStuck = false) {
  const writes: Buffer[] = [];
  const budget = new Budget(512 * 1024 * 1024);
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      writes.push(chunk);
      if (!isStuck) done();
    },
  });
  const share = budget.open({ resume: () => undefined, cut: () => stream.destroy() });
  batchWrites(stream, share);
  return { stream, writes, budget };
}

test("the packets of a turn are one write, those of the next another", async () => {
  const { stream, writes } = openStream();
  for (const topic of ["one", "two"]) writeToStream({ ...PUBLISH, topic }, stream);
  expect(writes).toEqual([]);
  await setImmediate();
  expect(writes).toEqual([Buffer.concat(["one", "two"].map((topic) => generate({ ...PUBLISH, topic })))]);
  stream.write("later");
  await setImmediate();
  expect(writes.slice(1).join("")).toBe("later");
});

test("64 KiB do not wait for the end of the turn", () => {
  const { stream, writes } = openStream();
  for (let sent = 0; sent < 64; sent++) stream.write(Buffer.alloc(1024));
  expect(writes.map(({ length }) => length)).toEqual([64 * 1024]);
});

test.each(["end", "destroy"] as const)("what was written before %s goes out, and nothing behind it", async (how) => {
  const { stream, writes } = openStream();
  stream.on("error", () => undefined);
  stream.write("CONNACK: no");
  stream[how]();
  stream.write("too late");
  await setImmediate();
  expect(writes.join("")).toBe("CONNACK: no");
});

test("batched bytes count as unsent, and a client that does not read is cut", async () => {
  const { stream, budget } = openStream(true);
  stream.write(Buffer.alloc(64 * 1024));
  stream.write(Buffer.alloc(1000));
  expect(budget.figures.heldBytes).toBe(64 * 1024 + 1000);
  for (let sent = 0; sent < 40 && !stream.destroyed; sent++) stream.write(Buffer.alloc(64 * 1024));
  expect(stream.destroyed).toBe(true);
  expect(budget.figures).toMatchObject({ heldBytes: 0, cut: 1 });
});

test("unread small writes cost more than their bytes, and nothing once they are read", async () => {
  const { stream } = openStream(true);
  for (let turn = 0; turn < 10_000 && !stream.destroyed; turn++) {
    stream.write("ab");
    await setImmediate();
  }
  expect(stream.destroyed).toBe(true);
  const taking = openStream();
  for (let sent = 0; sent < 100; sent++) {
    taking.stream.write("ab");
    await setImmediate();
  }
  expect(taking.budget.figures.heldBytes).toBe(0);
});
