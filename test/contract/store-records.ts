// The contract of records, attributes, settings and the audit log.
import { Type } from "typebox";
import { expect, test } from "vitest";
import type { AuditCursor, AuditEntry } from "../../src/hub/store/audit.ts";
import type { RecordKind } from "../../src/hub/store/records.ts";
import { deviceId, metricName } from "../support/stores/store.ts";
import type { OpenStore } from "./open-store.ts";

const Label = Type.Object({ id: Type.String(), device: Type.String(), text: Type.String() });
const labels: RecordKind<typeof Label> = {
  name: "label",
  schema: Label,
  idOf: ({ id }) => id,
  deviceOf: ({ device }) => device,
};
const Rule = Type.Object({ id: Type.Integer(), note: Type.Optional(Type.String()) });
const rules: RecordKind<typeof Rule> = { name: "rule", schema: Rule, idOf: ({ id }) => String(id) };

const label = (id: string, device = "pi", text = id) => ({ id, device, text });

export function recordContract(open: () => Promise<OpenStore>): void {
  test("records are listed in the order of creation, in their latest version", async () => {
    await using at = await open();
    const collection = () => at.store.records.collection(labels);
    expect(await collection().list()).toEqual([]);
    await collection().save([label("z"), label("a")]);
    await collection().save([label("m"), label("z", "other", "new")]);
    const expected = [label("z", "other", "new"), label("a"), label("m")];
    expect(await collection().list()).toEqual(expected);
    await at.reopen();
    expect(await collection().list()).toEqual(expected);
  });

  test("saving and removing are atomic, and collections are independent", async () => {
    await using at = await open();
    const { records } = at.store;
    await records.collection(labels).save([label("1"), label("2"), label("3")]);
    await records.collection(rules).save([{ id: 1 }, { id: 2, note: "“quoted”\n" }]);
    await records.collection(labels).save([label("4")], ["1", "3", "unknown"]);
    expect((await records.collection(labels).list()).map(({ id }) => id)).toEqual(["2", "4"]);
    expect(await records.collection(rules).list()).toEqual([{ id: 1 }, { id: 2, note: "“quoted”\n" }]);
  });

  test("a record that does not match the schema is not returned", async () => {
    await using at = await open();
    await at.store.records.collection(labels).save([label("1")]);
    const other: RecordKind<typeof Rule> = { ...rules, name: "label" };
    await expect(at.store.records.collection(other).list()).rejects.toThrow();
  });

  test("removing a device removes its own records and attributes only", async () => {
    await using at = await open();
    const { readings, records } = at.store;
    const name = metricName("model");
    for (const device of ["pi", "pi2"]) {
      const attributes = [{ device: deviceId(device), name, text: `of ${device}` }];
      await readings.append({ readings: [], attributes, receivedAtMs: 1 });
    }
    await records.collection(labels).save([label("1", "pi"), label("2", "pi2")]);
    await records.collection(rules).save([{ id: 1 }]);
    await records.removeDevice(deviceId("pi"));
    await at.reopen();
    expect(await at.store.records.attributes()).toEqual([{ device: "pi2", name: "model", text: "of pi2" }]);
    expect(await at.store.records.collection(labels).list()).toEqual([label("2", "pi2")]);
    expect(await at.store.records.collection(rules).list()).toEqual([{ id: 1 }]);
  });

  test("of too many attributes the most recently changed are kept", async () => {
    await using at = await open();
    const names = (letter: string) => Array.from({ length: 60 }, (_, index) => metricName(`${letter}${index}`));
    for (const [receivedAtMs, letter] of [...["a", "b"].entries()]) {
      const attributes = names(letter).map((name) => ({ device: deviceId("pi"), name, text: letter }));
      await at.store.readings.append({ readings: [], attributes, receivedAtMs });
    }
    const kept = await at.store.records.attributes();
    expect(kept).toHaveLength(100);
    expect(kept.filter(({ text }) => text === "b")).toHaveLength(60);
  });

  test("only the latest text of an attribute is kept", async () => {
    await using at = await open();
    const attribute = (text: string) => ({ device: deviceId("pi"), name: metricName("os"), text });
    for (const [index, text] of ["old", "new"].entries())
      await at.store.readings.append({ readings: [], attributes: [attribute(text)], receivedAtMs: index });
    expect(await at.store.records.attributes()).toEqual([attribute("new")]);
  });

  test("a setting is created once, even by concurrent calls", async () => {
    await using at = await open();
    const ask = (value: string) => at.store.records.setting("key", () => value);
    const [first, second] = await Promise.all([ask("a"), ask("b")]);
    expect(first).toBe(second);
    await at.reopen();
    expect(await ask("c")).toBe(first);
  });

  test("the audit log is paged newest first, and new entries do not shift pages", async () => {
    await using at = await open();
    const entries = Array.from({ length: 25 }, (_, index) => entry(index));
    for (const one of entries) await at.store.audit.append(one);
    await at.reopen();
    const newestFirst = entries.toReversed();
    for (const limit of [1, 10, 24, 25, 100]) expect(await allEntries(at, limit)).toEqual(newestFirst);
    const first = await at.store.audit.page({ limit: 10, after: null });
    await at.store.audit.append(entry(99));
    const second = await at.store.audit.page({ limit: 10, after: first.next });
    expect(second.entries).toEqual(newestFirst.slice(10, 20));
  });

  test("entries are in the order of insertion, independent of the clock", async () => {
    await using at = await open();
    const times = [50, 10, 30];
    await Promise.all(times.map((atMs) => at.store.audit.append({ ...entry(0), atMs })));
    expect((await allEntries(at, 2)).map(({ atMs }) => atMs)).toEqual(times.toReversed());
  });

  test("the audit log is trimmed by age and by count", async () => {
    await using at = await open();
    for (let index = 0; index < 10; index++) await at.store.audit.append(entry(index));
    await at.store.audit.trim({ fromMs: 3_000, maxEntries: 100 });
    expect((await allEntries(at, 100)).map(({ atMs }) => atMs)).toEqual([9, 8, 7, 6, 5, 4, 3].map((n) => n * 1_000));
    await at.store.audit.trim({ fromMs: 0, maxEntries: 2 });
    await at.reopen();
    expect((await allEntries(at, 100)).map(({ atMs }) => atMs)).toEqual([9_000, 8_000]);
  });
}

function entry(index: number): AuditEntry {
  return {
    atMs: index * 1_000,
    actor: "anna",
    action: "device.edit",
    subject: `pi-${index}`,
    details: { from: null, to: `“${index}”`, tags: ["a", 1, true] },
  };
}

async function allEntries({ store }: OpenStore, limit: number): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let after: AuditCursor | null = null;
  do {
    const page = await store.audit.page({ limit, after });
    expect(page.entries.length).toBeLessThanOrEqual(limit);
    entries.push(...page.entries);
    after = page.next;
  } while (after !== null);
  return entries;
}
