// The budget: which connections proceed, wait, or are cut, under arbitrary load.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Budget } from "../../../src/hub/access/limits/budget.ts";
import { mostCostOf } from "../../../src/hub/access/limits/costs.ts";
import type { Share } from "../../../src/hub/access/limits/share.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const MEMORY_BYTES = 64 * 1024 * 1024;
/** Room for a few readings is always there. */
const SMALL_BYTES = 1_000;
const BIG_BYTES = 60_000;

/** One in which no time passes: how long a test takes must not count. */
const makeBudget = (monotonicMs = () => 0) => new Budget(MEMORY_BYTES, false, monotonicMs);

/** A connection that sends as many messages of one size as the budget allows. */
class Client {
  readonly share: Share;
  readonly #bytes: number;
  taken = 0;
  cuts: string[] = [];

  constructor(budget: Budget, bytes: number) {
    this.#bytes = bytes;
    this.share = budget.open({ resume: () => this.flood(), cut: (reason) => this.cuts.push(reason) });
  }

  flood(): void {
    while (this.share.hasRoomFor(this.#bytes)) {
      this.share.take(this.#bytes);
      this.taken++;
    }
  }

  settle(): void {
    for (; this.taken > 0; this.taken--) this.share.release(this.#bytes);
  }
}

describe("how many messages a connection may send", () => {
  const start = (limitsRate: boolean) => {
    const clock = new FakeClock(0);
    const budget = new Budget(MEMORY_BYTES, limitsRate, () => 0);
    budget.start(clock);
    let resumed = 0;
    const share = budget.open({ resume: () => resumed++, cut: () => undefined });
    /** Sends as many as allowed, each settled immediately. */
    const send = (most: number) => {
      let sent = 0;
      for (; sent < most && share.hasRoomFor(1); sent++) share.messageTaken();
      return sent;
    };
    return { clock, send, resumedTimes: () => resumed };
  };

  test("is 10,000 after a quiet time, then 2,000 a second: it goes on by itself, and nothing is lost", async () => {
    const { clock, send, resumedTimes } = start(true);
    expect(send(50_000)).toBe(10_000);
    await nextTurn();
    expect(resumedTimes(), "not before a second has passed").toBe(0);
    clock.advance(1_000);
    await nextTurn();
    expect(resumedTimes()).toBe(1);
    expect(send(50_000)).toBe(2_000);
    clock.advance(60_000);
    expect(send(50_000), "what it did not send is not saved up for ever").toBe(10_000);
  });

  test("is any number where there is no limit", () => {
    expect(start(false).send(50_000)).toBe(50_000);
  });
});

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("what is in flight", () => {
  test("is bounded for a connection, and there is room again in the turn after it is settled", async () => {
    const client = new Client(makeBudget(), SMALL_BYTES);
    client.flood();
    const most = client.taken;
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThan(1_000);
    client.settle();
    expect(client.share.hasRoomFor(SMALL_BYTES), "in the same turn").toBe(false);
    await nextTurn();
    expect(client.taken, "it read on by itself").toBe(most);
  });

  test("one message of any size finds room in a hub that has nothing to do", () => {
    const client = new Client(makeBudget(), 1_000_000);
    client.flood();
    expect(client.taken).toBe(1);
  });

  test("is bounded for all together, and whoever sends little does not notice", () => {
    const budget = makeBudget();
    const flooders = Array.from({ length: 100 }, () => new Client(budget, BIG_BYTES));
    for (const flooder of flooders) flooder.flood();
    expect(budget.figures.inFlightBytes).toBeLessThan(1_000_000);
    expect(flooders.filter(({ taken }) => taken === 0).length).toBeGreaterThan(50);
    const modest = new Client(budget, SMALL_BYTES);
    expect(modest.share.hasRoomFor(SMALL_BYTES)).toBe(true);
  });

  test("a connection that took much lately waits with little, too, until that is forgotten", async () => {
    const clock = new FakeClock(0);
    const budget = makeBudget();
    budget.start(clock);
    const busy = budget.open({ resume: () => undefined, cut: () => undefined });
    busy.take(1_000_000);
    busy.release(1_000_000);
    await nextTurn();
    for (let index = 0; index < 100; index++) new Client(budget, BIG_BYTES).flood();
    expect(busy.hasRoomFor(SMALL_BYTES)).toBe(false);
    clock.advance(10_000);
    expect(busy.hasRoomFor(SMALL_BYTES)).toBe(true);
    budget.stop();
  });

  test("a short message that may hold hundreds of readings waits its turn behind others", () => {
    const budget = makeBudget();
    for (let index = 0; index < 100; index++) new Client(budget, BIG_BYTES).flood();
    const small = budget.open({ resume: () => undefined, cut: () => undefined });
    expect(small.hasRoomFor(mostCostOf(64, 100))).toBe(true);
    expect(small.hasRoomFor(mostCostOf(64, 4_500))).toBe(false);
  });

  test("makes room for those who wait one after the other: nobody gets ahead", async () => {
    const budget = makeBudget();
    const flooders = Array.from({ length: 40 }, () => ({ client: new Client(budget, BIG_BYTES), served: 0 }));
    for (const { client } of flooders) client.flood();
    for (let turn = 0; turn < 50; turn++) {
      for (const flooder of flooders) {
        flooder.served += flooder.client.taken;
        flooder.client.settle();
      }
      await nextTurn();
    }
    const counts = flooders.map(({ served }) => served);
    expect(Math.min(...counts)).toBeGreaterThan(1);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });

  test("few of those that wait read on in one turn: first those known to take little, new ones, then those that flood", async () => {
    const clock = new FakeClock(0);
    let nowMs = 0;
    const budget = makeBudget(() => nowMs);
    budget.start(clock);
    const resumed: string[] = [];
    const open = (name: string) => budget.open({ resume: () => resumed.push(name), cut: () => undefined });
    const known = [open("known")];
    const unfinished = open("unfinished");
    clock.advance(1_000);
    unfinished.hold("unfinished", BIG_BYTES);
    const flooders = Array.from({ length: 100 }, () => open("flooder"));
    for (const flooder of flooders) flooder.take(BIG_BYTES);
    for (const flooder of flooders) flooder.release(BIG_BYTES);
    nowMs += 100;
    const fresh = Array.from({ length: 3 }, () => open("new"));
    for (const share of [unfinished, ...flooders, ...fresh, ...known])
      expect(share.hasRoomFor(SMALL_BYTES)).toBe(false);
    await nextTurn();
    expect(resumed.slice(0, 6)).toEqual(["known", "new", "new", "new", "unfinished", "flooder"]);
    const few = resumed.length;
    expect(few).toBeLessThan(30);
    await nextTurn();
    expect(resumed.length, "the next ones, though nobody took anything").toBe(2 * few);
    budget.stop();
  });

  test("messages that take longer than their bytes tell end the turn, and in the end also those of clients that send little", async () => {
    let nowMs = 0;
    const budget = makeBudget(() => nowMs);
    const flooder = new Client(budget, BIG_BYTES);
    flooder.share.take(SMALL_BYTES);
    const other = budget.open({ resume: () => undefined, cut: () => undefined });
    expect(other.hasRoomFor(BIG_BYTES)).toBe(true);
    nowMs += 10;
    expect(other.hasRoomFor(BIG_BYTES), "its turn is the next").toBe(false);
    const modest = new Client(budget, SMALL_BYTES);
    expect(modest.share.hasRoomFor(SMALL_BYTES)).toBe(true);
    nowMs += 90;
    expect(modest.share.hasRoomFor(SMALL_BYTES), "a thousand of them take long, too").toBe(false);
    await nextTurn();
    expect(modest.taken, "it read on by itself").toBeGreaterThan(0);
  });

  test("what is parked is no work for the hub, and still the connection's", async () => {
    const budget = makeBudget();
    const waiting = budget.open({ resume: () => undefined, cut: () => undefined });
    waiting.take(BIG_BYTES);
    waiting.park(BIG_BYTES);
    await nextTurn();
    expect(budget.figures.inFlightBytes).toBe(0);
    expect(waiting.hasRoomFor(BIG_BYTES)).toBe(false);
    waiting.releaseParked(BIG_BYTES);
    await nextTurn();
    expect(waiting.hasRoomFor(BIG_BYTES)).toBe(true);
    expect(budget.figures.inFlightBytes).toBe(0);
  });

  test("what is run in turn comes one after another, also where the connection ends, and is released if it fails", async () => {
    const budget = makeBudget();
    const flooders = Array.from({ length: 100 }, () => new Client(budget, BIG_BYTES));
    for (const flooder of flooders) flooder.flood();
    const share = budget.open({ resume: () => undefined, cut: () => undefined });
    const order: number[] = [];
    const turns = [1, 2, 3].map((number) =>
      share.runInTurn(BIG_BYTES, async () => {
        order.push(number);
        if (number === 2) throw new Error("of the work");
      }),
    );
    const outcomes = Promise.allSettled(turns);
    await nextTurn();
    expect(order).toEqual([]);
    share.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(order).toEqual([1, 2, 3]);
    for (const flooder of flooders) flooder.share.close();
    for (const flooder of flooders) flooder.settle();
    await nextTurn();
    expect(budget.figures.inFlightBytes).toBe(0);
  });
});

describe("what is held", () => {
  test("is bounded for each connection, by its kind", async () => {
    const budget = makeBudget();
    for (const [kind, bytes, reason] of [
      ["unfinished", 1_300_000, /message that it began/],
      ["waiting", 1_300_000, /its messages wait for the hub/],
      ["unsent", 3_000_000, /does not read/],
      ["remembered", 200_000, /has the hub remember/],
    ] as const) {
      const client = new Client(budget, SMALL_BYTES);
      client.share.hold(kind, bytes / 2);
      expect(client.cuts).toEqual([]);
      client.share.hold(kind, bytes);
      await nextTurn();
      expect(client.cuts).toEqual([expect.stringMatching(reason)]);
    }
    expect(budget.figures).toMatchObject({ heldBytes: 0, cut: 4 });
  });

  test("is bounded for all together: who holds most for longest is cut, and nobody who holds little", async () => {
    const budget = makeBudget();
    const clock = new FakeClock(0);
    budget.start(clock);
    const modest = new Client(budget, SMALL_BYTES);
    modest.share.hold("unfinished", SMALL_BYTES);
    const early = new Client(budget, SMALL_BYTES);
    early.share.hold("unsent", 900_000);
    clock.advance(2_000);
    const hoarders = Array.from({ length: 100 }, () => new Client(budget, SMALL_BYTES));
    for (const hoarder of hoarders) hoarder.share.hold("unfinished", 1_000_000);
    expect(budget.figures.heldBytes).toBeLessThanOrEqual(MEMORY_BYTES / 4);
    expect(budget.figures.cut).toBeGreaterThan(80);
    await nextTurn();
    expect(early.cuts).toEqual([expect.stringContaining("all clients together hold too much")]);
    expect(modest.cuts).toEqual([]);
    budget.stop();
  });

  test("a message that has begun has a minute to end, however it trickles in; the next has one of its own", async () => {
    const budget = makeBudget();
    const clock = new FakeClock(0);
    budget.start(clock);
    const slow = new Client(budget, SMALL_BYTES);
    const steady = new Client(budget, SMALL_BYTES);
    for (let second = 0; second < 55; second++) {
      slow.share.hold("unfinished", 10 + second);
      steady.share.hold("unfinished", 10);
      clock.advance(1_000);
    }
    expect(slow.cuts).toEqual([]);
    steady.share.finished();
    clock.advance(10_000);
    await nextTurn();
    expect(slow.cuts).toEqual(["a message that it began did not end within 60 s"]);
    expect(steady.cuts).toEqual([]);
    budget.stop();
  });

  test("those that are cut at once are closed a few in a turn, so that nobody else waits for that", async () => {
    const budget = makeBudget();
    const hoarders = Array.from({ length: 100 }, () => new Client(budget, SMALL_BYTES));
    for (const hoarder of hoarders) hoarder.share.hold("unsent", 3_000_000);
    expect(budget.figures).toMatchObject({ heldBytes: 0, cut: 100 });
    const closed = () => hoarders.filter(({ cuts }) => cuts.length > 0).length;
    expect(closed()).toBeLessThanOrEqual(20);
    for (let before = closed(); before < hoarders.length; before = closed()) {
      await nextTurn();
      expect(closed() - before).toBeGreaterThan(0);
      expect(closed() - before).toBeLessThanOrEqual(20);
    }
    for (const { cuts } of hoarders) expect(cuts).toHaveLength(1);
  });

  test("is shed when memory is short, the heaviest first", async () => {
    const budget = makeBudget();
    const light = new Client(budget, SMALL_BYTES);
    light.share.hold("unsent", SMALL_BYTES);
    const heavy = Array.from({ length: 10 }, () => new Client(budget, SMALL_BYTES));
    for (const client of heavy) client.share.hold("unsent", 1_000_000);
    budget.shed(0.125);
    expect(budget.figures.heldBytes).toBeLessThanOrEqual(MEMORY_BYTES / 4 / 8);
    await nextTurn();
    expect(light.cuts).toEqual([]);
  });
});

test("whatever connections do, nothing is left when all are settled and closed", async () => {
  const size = fc.integer({ min: 1, max: 200_000 });
  const step = fc.record({
    client: fc.nat({ max: 5 }),
    act: fc.constantFrom("flood", "settle", "hold", "park", "close", "turn"),
    bytes: size,
  });
  const property = fc.asyncProperty(fc.array(step, { maxLength: 100 }), size, async (steps, bytes) => {
    const budget = makeBudget();
    const clients = Array.from({ length: 6 }, () => new Client(budget, bytes));
    for (const { client: index, act, bytes: held } of steps) {
      const client = clients[index];
      if (client === undefined) continue;
      if (act === "flood") client.flood();
      if (act === "settle") client.settle();
      if (act === "hold") client.share.hold("unsent", held);
      if (act === "park" && client.share.hasRoomFor(held)) {
        client.share.take(held);
        client.share.park(held);
        client.share.releaseParked(held);
      }
      if (act === "close") client.share.close();
      if (act === "turn") await nextTurn();
    }
    for (const client of clients) client.share.close();
    // Waiting connections proceed when there is room.
    for (let turn = 0; turn < 50 && clients.some(({ taken }) => taken > 0); turn++) {
      for (const client of clients) client.settle();
      await nextTurn();
    }
    await nextTurn();
    expect(budget.figures).toMatchObject({ inFlightBytes: 0, heldBytes: 0, waiting: 0 });
  });
  await fc.assert(property, { numRuns: 200 });
});
