// Streamed responses follow the client's speed, and end when it disconnects.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import Fastify from "fastify";
import { expect, test } from "vitest";
import { Budget } from "../../../../src/hub/access/limits/budget.ts";
import type { ExportPiece } from "../../../../src/hub/store/readings.ts";
import { HttpPacing } from "../../../../src/hub/transport/http/pacing.ts";
import { sendInTurns, sendPieces } from "../../../../src/hub/transport/http/send-stream.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { until } from "../../../support/until.ts";

const PIECE_BYTES = 1_000_000;

async function* pieces(count: number, state: { made: number; left: boolean }): AsyncGenerator<ExportPiece> {
  // One memory for all of them: each is released before the next is asked for.
  const bytes = new Uint8Array(PIECE_BYTES);
  let isReleased = true;
  try {
    for (; state.made < count; state.made++) {
      if (!isReleased) throw new Error("the memory is in use");
      isReleased = false;
      bytes.fill(state.made % 251);
      yield {
        bytes,
        release: () => {
          isReleased = true;
        },
      };
    }
  } finally {
    state.left = true;
  }
}

const newPiece = (): ExportPiece => ({ bytes: new Uint8Array(PIECE_BYTES), release: () => undefined });

async function serve(make: () => AsyncIterable<ExportPiece>) {
  const app = Fastify();
  app.get("/", async (_request, reply) => sendPieces(reply.header("X-Kind", "long"), make()));
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  return { address, [Symbol.asyncDispose]: () => app.close() };
}

test("pieces arrive unchanged, though they share one buffer", async () => {
  const state = { made: 0, left: false };
  await using server = await serve(() => pieces(40, state));
  const answer = await fetch(server.address);
  expect(answer.headers.get("x-kind")).toBe("long");
  const body = new Uint8Array(await answer.arrayBuffer());
  expect(body.length).toBe(40 * PIECE_BYTES);
  expect(body.every((byte, at) => byte === Math.floor(at / PIECE_BYTES) % 251)).toBe(true);
  expect(state.left).toBe(true);
});

test("a HEAD request makes only the first piece", async () => {
  const state = { made: 0, left: false };
  await using server = await serve(() => pieces(40, state));
  const answer = await fetch(server.address, { method: "HEAD" });
  expect(answer.headers.get("x-kind")).toBe("long");
  await until("the pieces are ended", async () => state.left || undefined);
  expect(state.made).toBe(0);
});

test("a client that disconnects ends the stream", async () => {
  const left = Promise.withResolvers<void>();
  async function* endless() {
    try {
      for (;;) yield newPiece();
    } finally {
      left.resolve();
    }
  }
  await using server = await serve(endless);
  const socket = connect(Number(new URL(server.address).port), "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: hub\r\n\r\n");
  await once(socket, "data");
  socket.destroy();
  await left.promise;
});

test.each(["identity", "gzip"])("so does one that has disconnected before the first piece, with %s", async (coding) => {
  const [gone, left] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  async function* endless() {
    try {
      await gone.promise;
      // It cannot be compressed.
      for (;;) yield { bytes: randomBytes(PIECE_BYTES), release: () => undefined };
    } finally {
      left.resolve();
    }
  }
  const app = Fastify();
  app.get("/", async (_request, reply) => {
    reply.raw.once("close", gone.resolve);
    socket.destroy();
    return sendPieces(reply, endless());
  });
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  const socket = connect(Number(new URL(address).port), "127.0.0.1");
  socket.write(`GET / HTTP/1.1\r\nHost: hub\r\nAccept-Encoding: ${coding}\r\n\r\n`);
  await left.promise;
  await app.close();
});

test("a failure of the first piece is an error answer; a later one cuts the answer off", async () => {
  async function* failing(after: number) {
    for (let made = 0; made < after; made++) yield newPiece();
    throw new Error("the disk is gone");
  }
  await using first = await serve(() => failing(0));
  expect((await fetch(first.address)).status).toBe(500);
  await using later = await serve(() => failing(3));
  const answer = await fetch(later.address);
  expect(answer.status).toBe(200);
  await expect(answer.arrayBuffer()).rejects.toThrow();
});

test.each(["identity", "gzip"])("a piece that the client does not read counts as unsent, with %s", async (coding) => {
  async function* endless() {
    // It cannot be compressed.
    for (;;) yield { bytes: randomBytes(PIECE_BYTES), release: () => undefined };
  }
  const app = Fastify();
  app.get("/", async (_request, reply) => sendPieces(reply, endless()));
  const clock = new FakeClock(0);
  const budget = new Budget(64 * 1024 * 1024);
  const pacing = new HttpPacing({ budget, diagnostics: { cut: (...cut) => expect.unreachable(cut.join()) }, clock });
  pacing.start(app.server);
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  const socket = connect(Number(new URL(address).port), "127.0.0.1");
  socket.write(`GET / HTTP/1.1\r\nHost: hub\r\nAccept-Encoding: ${coding}\r\n\r\n`);
  await until("most of a piece is held", async () => {
    clock.advance(1_000);
    return budget.figures.heldBytes > PIECE_BYTES / 2 || undefined;
  });
  const closed = once(socket, "close");
  socket.destroy();
  await closed;
  pacing.stop();
  await app.close();
});

test("pieces that the hub makes itself are made in turns, however many wait for them", async () => {
  const CLIENTS = 50;
  const PIECES = 20;
  const budget = new Budget(512e6);
  let madeInTurn = 0;
  let mostInTurn = 0;
  function* make(): Generator<string> {
    for (let piece = 0; piece < PIECES; piece++) {
      mostInTurn = Math.max(mostInTurn, ++madeInTurn);
      yield `${piece} `;
    }
  }
  const app = Fastify();
  app.get("/", async (_request, reply) =>
    sendInTurns(reply, budget.open({ resume: () => undefined, cut: () => undefined }), make()),
  );
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  await using _closed = { [Symbol.asyncDispose]: () => app.close() };
  let turns = setImmediate(function turn() {
    madeInTurn = 0;
    turns = setImmediate(turn);
  });
  const answers = await Promise.all(Array.from({ length: CLIENTS }, async () => (await fetch(address)).text()));
  clearImmediate(turns);
  const whole = Array.from({ length: PIECES }, (_, piece) => `${piece} `).join("");
  expect(new Set(answers)).toEqual(new Set([whole]));
  // As many bytes as there may be in a turn, and the little that is always let through of connections that are new.
  expect(mostInTurn).toBeLessThanOrEqual(2);
});
