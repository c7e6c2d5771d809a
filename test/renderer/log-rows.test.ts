// The messages of the log page: bounded, held while they are read, without loss; the filter in the address; formatted JSON and its
// changes.
import { expect, test } from "vitest";
import { changedFields } from "../../src/renderer/pages/log/live/changed-fields.ts";
import { filterIn, withFilter } from "../../src/renderer/pages/log/live/filter-address.ts";
import { indentedJson } from "../../src/renderer/pages/log/live/indented-json.ts";
import { filtered, type LogRows, NO_ROWS, released, withNew } from "../../src/renderer/pages/log/live/log-rows.ts";
import { fitsFilter, type LogRow } from "../../src/shared/mqtt/message-log.ts";

const row = (payload: string): LogRow => {
  const way = { transport: "mqtt", address: "192.0.2.1" } as const;
  return { atMs: 0, source: "sensor/data", payload, bytes: payload.length, verdict: "stored", ...way };
};
const rows = (from: number, count: number) => Array.from({ length: count }, (_, index) => row(String(from + index)));
const payloads = (all: LogRows) => all.shown.map(({ row: { payload } }) => payload);

test("the newest is on top, and a row keeps its number", () => {
  const first = withNew(NO_ROWS, rows(1, 2), 0, false);
  const then = withNew(first, rows(3, 1), 4, false);
  expect(payloads(then)).toEqual(["3", "2", "1"]);
  expect(then.shown.slice(1)).toEqual(first.shown);
  expect(then.leftOut).toBe(4);
});

test("new rows wait while the list is held, are counted, and then shown in order", () => {
  const held = withNew(withNew(withNew(NO_ROWS, rows(1, 1), 0, false), rows(2, 2), 0, true), rows(4, 1), 0, true);
  expect([payloads(held), held.waitingCount]).toEqual([["1"], 3]);
  const after = released(held);
  expect([payloads(after), after.waitingCount]).toEqual([["4", "3", "2", "1"], 0]);
  expect(released(after)).toBe(after);
});

test("it holds a thousand rows, shown or waiting, and continues to count", () => {
  let all = withNew(NO_ROWS, rows(0, 1_500), 0, false);
  expect(all.shown).toHaveLength(1_000);
  for (let n = 0; n < 30; n++) all = withNew(all, rows(0, 100), 0, true);
  expect([all.waiting.length, all.waitingCount]).toEqual([1_000, 3_000]);
  expect(new Set(released(all).shown.map(({ number }) => number)).size).toBe(1_000);
});

test("a filter drops rows that do not match", () => {
  const all = withNew(withNew(NO_ROWS, [row("Hay"), row("a NEEDLE")], 9, false), [row("needle")], 0, true);
  const fitting = filtered(all, { text: "needle" });
  expect([payloads(fitting), fitting.waitingCount, fitting.leftOut]).toEqual([["a NEEDLE"], 1, 0]);
  expect(filtered(fitting, { verdict: "refused" }).shown).toEqual([]);
});

test("a text with wildcards filters topics, any other is searched for", () => {
  const one = { ...row('{"sum":"a + b"}'), source: "sensor/Kitchen/data" };
  const fits = (text: string) => fitsFilter(one, { text });
  expect(["sensor/+/data", "sensor/#", "+/+/+", "kitchen", "a + b", "R/KITCHEN/D"].map(fits)).toEqual(
    Array(6).fill(true),
  );
  expect(["sensor/+", "bramble/#", "sensor/kitchen/+", "garage"].map(fits)).toEqual(Array(4).fill(false));
});

test("the address contains the filter, and invalid parameters are ignored", () => {
  const filter = { text: "sensor/+/data", device: "a b", verdict: "refused", transport: "mqtt" } as const;
  expect(filterIn(withFilter("#/log?device=old", filter))).toEqual(filter);
  expect(withFilter("#/log?device=old", {})).toBe("#/log");
  expect(filterIn("#/log?verdict=perhaps&transport=&device=")).toEqual({});
});

test("JSON is indented without a change to what was sent", () => {
  const sent = '{"n":12345678901234567890,"e":1E-05,"s":"a, \\"b\\": {","none":[],"deep":[{"x":1.50}]}';
  const shown = indentedJson(sent) ?? "";
  expect(shown.split("\n").slice(0, 4)).toEqual([
    "{",
    '  "n": 12345678901234567890,',
    '  "e": 1E-05,',
    '  "s": "a, \\"b\\": {",',
  ]);
  expect(shown).toContain('"none": [],');
  expect(shown.replaceAll(/\s/g, "")).toBe(sent.replaceAll(/\s/g, ""));
  expect(["21.5", '"text"', '{"t": NaN}', '{"cut', ""].map(indentedJson)).toEqual(Array(5).fill(null));
});

test("what changed since the message before is named by its path; what is no JSON object is compared as a whole", () => {
  const before = '{"id":"pi","bme":{"t":21.4,"h":40},"old":1}';
  const after = '{"id":"pi","bme":{"t":21.5,"h":40},"list":[1,{"x":null}]}';
  expect(changedFields(before, after)).toEqual([
    { name: "bme.t", before: "21.4", after: "21.5" },
    { name: "list.0", before: undefined, after: "1" },
    { name: "list.1.x", before: undefined, after: "null" },
    { name: "old", before: "1", after: undefined },
  ]);
  expect(changedFields(before, before.replace(",", " , "))).toEqual([]);
  expect(changedFields("21.4", "21.5")).toEqual([{ name: "", before: "21.4", after: "21.5" }]);
  expect(changedFields("ON", `{"state":"${"x".repeat(99)}"}`)).toEqual([
    { name: "state", before: undefined, after: `${"x".repeat(60)}…` },
    { name: "", before: "ON", after: undefined },
  ]);
});
