// The order of a command's steps and disk writes: neither a command nor its end is announced before it is saved. The store is real,
// and the test controls its writes.
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { CommandChannel } from "../../../src/hub/commands/channels.ts";
import { commandRecords } from "../../../src/hub/commands/command-records.ts";
import { Commands } from "../../../src/hub/commands/commands.ts";
import { HubEvents } from "../../../src/hub/events.ts";
import type { RecordStore } from "../../../src/hub/store/records.ts";
import type { Command, CommandMessage } from "../../../src/shared/controls/command.ts";
import { render } from "../../../src/shared/messages/render.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { deviceId, openTestStore, type TestStore } from "../../support/stores/store.ts";
import { until } from "../../support/until.ts";

const PI = deviceId("pi");

/** Writing waits while the gate is shut, and fails where the disk does. */
class Gate {
  readonly records: RecordStore;
  #opened = Promise.withResolvers<void>();
  #failure: Error | null = null;

  constructor({ store }: TestStore) {
    this.#opened.resolve();
    this.records = {
      ...store.records,
      collection: (kind) => {
        const collection = store.records.collection(kind);
        return {
          list: () => collection.list(),
          save: async (records, removedIds) => {
            await this.#opened.promise;
            if (this.#failure !== null) throw this.#failure;
            await collection.save(records, removedIds);
          },
        };
      },
    };
  }

  shut(): void {
    this.#opened = Promise.withResolvers();
  }

  open(failure: Error | null = null): void {
    this.#failure = failure;
    this.#opened.resolve();
  }
}

async function startCommands() {
  const clock = new FakeClock(Date.UTC(2026, 0, 31, 12));
  const store = await openTestStore();
  const gate = new Gate(store);
  const announced: string[] = [];
  let made = 0;
  const events = new HubEvents();
  events.commandChanged.on(({ id, state }) => announced.push(`${id} ${state}`));
  const commands = new Commands({
    records: gate.records,
    clock,
    makeId: () => String(++made),
    controlsOf: () => [{ control: { id: "led", kind: "switch" } }],
    events,
    onSaveFailed: () => announced.push("not written"),
  });
  await commands.start();
  const delivered: CommandMessage[] = [];
  const channel: CommandChannel = {
    deliver: async (message) => {
      delivered.push(message);
      return true;
    },
  };
  const give = async (value: boolean) => {
    const issued = await commands.issue({ device: PI, control: "led", value, ttlMs: 60_000, by: "test" });
    return "code" in issued ? expect.unreachable(render(issued)) : issued;
  };
  const stop = async () => {
    commands.stop();
    await store[Symbol.asyncDispose]();
  };
  return { clock, store, gate, events, announced, commands, delivered, channel, give, [Symbol.asyncDispose]: stop };
}

const whatIsKept = async ({ store }: TestStore): Promise<Command[]> => store.records.collection(commandRecords).list();

test("a command is sent only after it is saved, and never if that fails", async () => {
  await using at = await startCommands();
  at.gate.shut();
  const given = at.give(true);
  at.commands.attach(PI, at.channel);
  await nextTurn();
  expect(at.commands.list("pi")).toEqual([]);
  expect([at.delivered, at.announced]).toEqual([[], []]);
  at.gate.open(new Error("the disk is full"));
  await expect(given).rejects.toThrow("the disk is full");
  at.gate.open();
  const good = await at.give(false);
  await until("the good one", async () => at.delivered[0]);
  expect(at.delivered.map(({ id }) => id)).toEqual([good.id]);
  expect(at.announced.slice(0, 2)).toEqual([`${good.id} queued`, `${good.id} sent`]);
});

test("a command whose device is removed while it is written down is none, also after the next start", async () => {
  await using at = await startCommands();
  at.gate.shut();
  const issued = at.commands.issue({ device: PI, control: "led", value: true, ttlMs: 60_000, by: "test" });
  at.events.deviceRemoved.emit(PI);
  at.gate.open();
  expect(await issued).toMatchObject({ code: "no-such-device" });
  expect(at.announced).toEqual([]);
  expect(await whatIsKept(at.store)).toEqual([]);
});

test("what becomes of a command while its device is removed goes with the device, also after the next start", async () => {
  await using at = await startCommands();
  at.commands.attach(PI, at.channel);
  const { id } = await at.give(true);
  await until("delivered", async () => at.announced.includes(`${id} delivered`) || undefined);
  const removed = at.store.store.records.removeDevice(PI);
  const replied = at.commands.replied("pi", { id, ok: true });
  await Promise.all([removed, replied]);
  at.events.deviceRemoved.emit(PI);
  await until("nothing is kept", async () => ((await whatIsKept(at.store)).length === 0 ? true : undefined));
  expect(at.commands.list("pi")).toEqual([]);
});

test("an end is announced once it is on disk; if it cannot be saved, the device's next reply settles it", async () => {
  await using at = await startCommands();
  at.commands.attach(PI, at.channel);
  const { id } = await at.give(true);
  await until("delivered", async () => at.announced.includes(`${id} delivered`) || undefined);
  at.gate.shut();
  const first = at.commands.replied("pi", { id, ok: true, value: true });
  const again = at.commands.replied("pi", { id, ok: true, value: true });
  expect(at.commands.get(id)).toMatchObject({ state: "delivered" });
  at.gate.open(new Error("the disk is full"));
  for (const reply of [first, again]) await expect(reply).rejects.toThrow("the disk is full");
  expect(at.commands.get(id)).toMatchObject({ state: "delivered" });
  at.gate.open();
  await at.commands.replied("pi", { id, ok: true, value: true });
  expect(at.announced).toEqual(["queued", "sent", "delivered", "done"].map((state) => `${id} ${state}`));
  const [kept] = await whatIsKept(at.store);
  expect(kept).toEqual(at.commands.get(id));
});

test("a command that ended while the disk was unwritable ends once it is writable", async () => {
  await using at = await startCommands();
  await at.give(true);
  at.gate.open(new Error("the disk is full"));
  at.clock.advance(60_000);
  await until("the failure", async () => at.announced.includes("not written") || undefined);
  at.clock.advance(900);
  at.gate.open();
  await until("the end", async () => {
    at.clock.advance(1_000);
    return at.announced.includes("1 expired") || undefined;
  });
  expect(at.announced).toEqual(["1 queued", "not written", "1 expired"]);
});

test("a failed channel is not retried: an older one is used, or the command waits", async () => {
  await using at = await startCommands();
  at.commands.attach(PI, at.channel);
  at.commands.attach(PI, { deliver: () => Promise.reject(new Error("the session has ended")) });
  const { id } = await at.give(true);
  await until("delivered", async () => at.announced.includes(`${id} delivered`) || undefined);
  expect(at.delivered).toHaveLength(1);
});
