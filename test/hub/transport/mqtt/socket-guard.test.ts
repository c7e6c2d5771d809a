// The guard between a socket and the broker, on real loopback sockets: what is MQTT passes untouched however the network
// cuts it; what is not, is too large or does not read is cut off before it costs anything.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { Budget } from "../../../../src/hub/access/limits/budget.ts";
import type { Share } from "../../../../src/hub/access/limits/share.ts";
import { type Guard, guardSocket } from "../../../../src/hub/transport/mqtt/wire/socket-guard.ts";
import { until } from "../../../support/until.ts";

const PACKET_BYTES = 100_000;
const MAX_UNSENT_BYTES = 2 * 1024 * 1024;
/** More than any connection has room for. */
const TOO_MUCH_BYTES = 10_000_000;

/** A client and the guarded end of its connection, whose packets the broker is done with at once. */
class Connection implements AsyncDisposable {
  readonly violations: string[] = [];
  readonly dropped: string[] = [];
  /** Where it is false, a test says when the broker is done. */
  isDone = true;
  /** Packets of this type are taken out. */
  takenType = -1;
  readonly taken: string[] = [];
  #guard: Guard | null = null;
  #share: Share | null = null;
  readonly #server = createServer();
  #client: Socket | null = null;
  #guarded: Socket | null = null;
  #received = Buffer.alloc(0);
  #onReceived: () => void = () => {};

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") return expect.unreachable("no port");
    this.#client = connect(address.port, "127.0.0.1").setNoDelay(true);
    const [guarded]: Socket[] = await once(this.#server, "connection");
    this.#guarded = guarded ?? expect.unreachable("no connection");
    const share = new Budget(512 * 1024 * 1024).open({
      resume: () => this.#guard?.resume(),
      cut: (reason) => {
        this.violations.push(reason);
        guarded?.destroy();
      },
    });
    this.#share = share;
    this.#guard = guardSocket(this.#guarded, {
      share,
      maxPacketBytes: PACKET_BYTES,
      check: () => null,
      onViolation: ({ reasonString }) => this.violations.push(reasonString),
      take: ({ bytes, header, start, end }) => {
        if (header >> 4 !== this.takenType) return false;
        this.taken.push(bytes.toString("latin1", start, end));
        this.#onReceived();
        return true;
      },
      onDropping: () => undefined,
      dropped: ({ topic, packetId, packetBytes }) => this.dropped.push(`${topic} ${packetId} ${packetBytes}`),
      pass: (packets) => {
        this.#received = Buffer.concat([this.#received, packets]);
        this.#onReceived();
        if (this.isDone) this.guard.done();
      },
    });
    // A cut may reach either end as a reset.
    for (const socket of [this.#client, this.#guarded]) socket.on("error", () => {});
  }

  get guard(): Guard {
    return this.#guard ?? expect.unreachable("not started");
  }

  get share(): Share {
    return this.#share ?? expect.unreachable("not started");
  }

  get client(): Socket {
    return this.#client ?? expect.unreachable("not started");
  }

  get guarded(): Socket {
    return this.#guarded ?? expect.unreachable("not started");
  }

  get received(): Buffer {
    return this.#received;
  }

  /** Resolves once the guarded end has passed on `length` bytes in all. */
  async receive(length: number): Promise<void> {
    while (this.received.length < length) {
      await new Promise<void>((resolve) => {
        this.#onReceived = resolve;
      });
    }
  }

  /** Resolves once `count` packets have been taken out. */
  async take(count: number): Promise<void> {
    while (this.taken.length < count) {
      await new Promise<void>((resolve) => {
        this.#onReceived = resolve;
      });
    }
  }

  /** Resolves once `length` bytes in all have arrived at the guarded end, passed on or not. */
  async arrive(length: number): Promise<void> {
    const hasArrived = async () => (this.guarded.bytesRead >= length ? true : undefined);
    await until("the bytes", hasArrived, 10_000, 1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    this.guarded.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

async function open(): Promise<Connection> {
  const connection = new Connection();
  await connection.start();
  return connection;
}

/** A packet of a type with a body of `length` bytes, none of which looks like a sound beginning of a packet. */
function packet(type: number, length: number): Buffer {
  const header = [type << 4];
  for (let rest = length; ; rest = Math.floor(rest / 128)) {
    header.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)]);
}

const CONNECT = packet(1, 20);
const PINGREQ = packet(12, 0);

describe("a client that speaks MQTT", () => {
  test("is received completely wherever its packets are split", async () => {
    await using connection = await open();
    const stream = Buffer.concat([CONNECT, PINGREQ, packet(3, 127), packet(3, 128), packet(14, 0), PINGREQ]);
    let sent = 0;
    for (let cut = 1; cut < stream.length; cut++) {
      connection.client.write(stream.subarray(0, cut));
      await connection.arrive(sent + cut);
      connection.client.write(stream.subarray(cut));
      sent += stream.length;
      await connection.receive(sent);
    }
    expect(connection.received.equals(Buffer.concat(new Array<Buffer>(stream.length - 1).fill(stream)))).toBe(true);
    expect(connection.violations).toEqual([]);
  });

  test("is received byte by byte", async () => {
    await using connection = await open();
    const stream = Buffer.concat([CONNECT, packet(3, 300), PINGREQ]);
    for (const [index, byte] of stream.entries()) {
      connection.client.write(Uint8Array.of(byte));
      await connection.arrive(index + 1);
    }
    await connection.receive(stream.length);
    expect(connection.received.equals(stream)).toBe(true);
  });

  test("may send packets of every type and of many chunks", async () => {
    await using connection = await open();
    const types = Array.from({ length: 14 }, (_, index) => packet(index + 1, index));
    const stream = Buffer.concat([...types, packet(3, 16_383), packet(3, 16_384), packet(3, 90_000), PINGREQ]);
    connection.client.write(stream);
    await connection.receive(stream.length);
    expect(connection.received.equals(stream)).toBe(true);
    expect(connection.violations).toEqual([]);
  });

  test("has packets handled up to the first that is left to the broker, in each read", async () => {
    await using connection = await open();
    connection.takenType = 3;
    connection.client.write(Buffer.concat([packet(3, 2), packet(3, 300)]));
    await connection.arrive(2 + 2 + 3 + 300);
    expect(connection.taken.map(({ length }) => length)).toEqual([2, 300]);
    expect(connection.received).toHaveLength(0);
    connection.client.write(Buffer.concat([packet(3, 1), PINGREQ, packet(3, 5)]));
    await connection.receive(PINGREQ.length + 7);
    expect(connection.taken.map(({ length }) => length)).toEqual([2, 300, 1]);
    expect(connection.received.equals(Buffer.concat([PINGREQ, packet(3, 5)]))).toBe(true);
  });

  test("waits while it has too much in flight, and is then received completely", async () => {
    await using connection = await open();
    connection.share.take(TOO_MUCH_BYTES);
    connection.client.write(CONNECT);
    await connection.arrive(CONNECT.length);
    expect(connection.received).toHaveLength(0);
    connection.share.release(TOO_MUCH_BYTES);
    await connection.receive(CONNECT.length);
    connection.client.write(PINGREQ);
    await connection.receive(CONNECT.length + PINGREQ.length);
  });

  test("waits with partly received packets, and is then received completely", async () => {
    await using connection = await open();
    connection.takenType = 3;
    const stream = Buffer.concat(new Array<Buffer>(20).fill(packet(3, 90_000)));
    connection.share.take(TOO_MUCH_BYTES);
    connection.client.write(stream);
    await connection.arrive(60_000);
    connection.share.release(TOO_MUCH_BYTES);
    await connection.take(20);
    expect(connection.taken.every(({ length }) => length === 90_000)).toBe(true);
  });

  test("waits while the broker handles its packets, and is then received completely", async () => {
    await using connection = await open();
    connection.isDone = false;
    connection.takenType = 3;
    connection.client.write(CONNECT);
    await connection.receive(CONNECT.length);
    expect(connection.guard.isBusy).toBe(true);
    connection.client.write(Buffer.concat([packet(3, 2), PINGREQ]));
    await connection.arrive(CONNECT.length + 4 + PINGREQ.length);
    expect(connection.taken).toHaveLength(0);
    connection.isDone = true;
    connection.guard.done();
    await connection.receive(CONNECT.length + PINGREQ.length);
    expect(connection.taken).toHaveLength(1);
    expect(connection.guard.isBusy).toBe(false);
  });

  test("whose connection has ended is ignored", async () => {
    await using connection = await open();
    connection.client.write(CONNECT);
    await connection.receive(CONNECT.length);
    connection.takenType = 3;
    connection.guard.stop();
    const closed = once(connection.guarded, "close");
    connection.client.end(Buffer.concat([packet(3, 2), PINGREQ]));
    await connection.arrive(CONNECT.length + 4 + PINGREQ.length);
    connection.guarded.destroy();
    await closed;
    expect(connection.taken).toHaveLength(0);
    expect(connection.received).toHaveLength(CONNECT.length);
  });

  test("may send a packet of just the limit, its header included", async () => {
    await using connection = await open();
    const largest = packet(3, PACKET_BYTES - 4);
    expect(largest).toHaveLength(PACKET_BYTES);
    connection.client.write(largest);
    await connection.receive(PACKET_BYTES);
    expect(connection.violations).toEqual([]);
  });
});

describe("a client is cut off, and nothing of it is passed on, for", () => {
  test.each([
    ["a packet of one byte too much", packet(8, PACKET_BYTES - 3).subarray(0, 4), /^a packet of 100001 bytes/],
    ["a packet of the longest length", Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f), /^a packet of \d+ bytes or more/],
    ["type 0", Buffer.of(0x00, 0x00), /^packet type 0 does not exist/],
    ["type 0 in its first byte", Buffer.of(0x0f), /^packet type 0/],
    ["type 15", Buffer.of(0xf0, 0x00), /^packet type 15 does not exist/],
    [
      "a length of five bytes",
      Buffer.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01),
      /^the length of a packet has over 4 bytes/,
    ],
  ])("%s", async (_for, bytes, reason) => {
    for (const before of [Buffer.alloc(0), Buffer.concat([CONNECT, PINGREQ])]) {
      await using connection = await open();
      if (before.length > 0) connection.client.write(before);
      await connection.receive(before.length);
      const closed = once(connection.client.resume(), "close");
      connection.client.write(bytes);
      await closed;
      expect(connection.violations).toEqual([expect.stringMatching(reason)]);
      expect(connection.received.equals(before)).toBe(true);
      expect(connection.guarded.destroyed).toBe(true);
    }
  });

  test.each([
    ["HTTP", Buffer.from("POST /data HTTP/1.1\r\n"), "it speaks HTTP"],
    ["HTTP, a little of it", Buffer.from("GET /"), "it speaks HTTP"],
    ["TLS", Buffer.of(0x16, 0x03, 0x01, 0x02, 0x00), "it speaks TLS"],
  ])("%s instead of MQTT", async (_for, bytes, reason) => {
    await using connection = await open();
    const closed = once(connection.client.resume(), "close");
    connection.client.write(bytes);
    await closed;
    expect(connection.violations).toEqual([reason]);
    expect(connection.received).toHaveLength(0);
  });

  test("invalid data behind valid packets, which are passed on first", async () => {
    await using connection = await open();
    const closed = once(connection.client.resume(), "close");
    connection.client.write(Buffer.concat([CONNECT, PINGREQ, Buffer.of(0x00), PINGREQ]));
    await closed;
    expect(connection.received.equals(Buffer.concat([CONNECT, PINGREQ]))).toBe(true);
    expect(connection.violations).toEqual(["packet type 0 does not exist"]);
  });

  test("nothing that is a PUBLISH: an oversized one is dropped, and packets behind it are passed on", async () => {
    await using connection = await open();
    const publish = packet(3, 3 * PACKET_BYTES);
    publish[0] = 0x32;
    publish.set([0, 1, 0x74, 0x12, 0x34], publish.length - 3 * PACKET_BYTES);
    const behind = packet(3, 5);
    connection.client.write(Buffer.concat([publish, behind]));
    await connection.receive(behind.length);
    expect(connection.received).toEqual(behind);
    expect(connection.dropped).toEqual([`t ${0x1234} ${publish.length}`]);
    expect(connection.violations).toEqual([]);
  });

  test("an oversized packet before its body has arrived", async () => {
    await using connection = await open();
    const closed = once(connection.client.resume(), "close");
    for (const byte of packet(8, PACKET_BYTES).subarray(0, 4)) connection.client.write(Uint8Array.of(byte));
    await closed;
    expect(connection.received.length).toBeLessThan(4);
    expect(connection.violations).toHaveLength(1);
  });
});

describe("a client that", () => {
  const CHUNK = Buffer.alloc(64 * 1024);
  const ENOUGH_BYTES = 256 * 1024 * 1024;

  test("never reads is cut off beyond the limit, and never blocks writers", async () => {
    await using connection = await open();
    const { client, guarded } = connection;
    client.pause();
    for (let sent = 0; sent < ENOUGH_BYTES; sent += CHUNK.length) {
      expect(guarded.write(CHUNK)).toBe(true);
      if (guarded.destroyed) break;
      expect(guarded.writableLength).toBeLessThanOrEqual(MAX_UNSENT_BYTES);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(guarded.destroyed).toBe(true);
    expect(connection.violations).toEqual([`over ${MAX_UNSENT_BYTES} bytes wait for it because it does not read`]);
    expect(guarded.write(CHUNK), "even after the cut").toBe(true);
    expect(connection.violations).toHaveLength(1);
  });

  test("reads is sent any amount", async () => {
    await using connection = await open();
    const { client, guarded } = connection;
    let arrived = 0;
    client.on("data", (chunk) => {
      arrived += chunk.length;
    });
    for (let sent = 0; sent < 4 * MAX_UNSENT_BYTES; sent += CHUNK.length) {
      await new Promise((resolve) => expect(guarded.write(CHUNK, resolve)).toBe(true));
    }
    guarded.end();
    await once(client, "end");
    expect(arrived).toBe(4 * MAX_UNSENT_BYTES);
    expect(connection.violations).toEqual([]);
  });

  test("disconnects cleanly is closed without a log line", async () => {
    await using connection = await open();
    const closed = once(connection.guarded, "close");
    connection.client.resume().end(Buffer.concat([CONNECT, packet(14, 0)]));
    await closed;
    expect(connection.received).toHaveLength(CONNECT.length + 2);
    expect(connection.violations).toEqual([]);
  });
});
