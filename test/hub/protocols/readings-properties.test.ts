// Properties of decoding arbitrary messages.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeMetricValue } from "../../../src/hub/protocols/bramble/readings.ts";
import type { Decoded } from "../../../src/hub/protocols/protocol.ts";
import { errorOf, errorStatus } from "../../../src/shared/errors.ts";
import { parseDeviceId, parseMetricName } from "../../../src/shared/ids.ts";
import { render } from "../../../src/shared/messages/render.ts";
import { limits } from "../../../src/shared/reading.ts";
import { bytes, DAY_MS, decode, metric, NOW_MS, PI, taken } from "../../support/messages.ts";

describe("whatever arrives", () => {
  /** Every promise that holds for any message at all. */
  function expectSound(decoded: Decoded): void {
    if (decoded.kind === "refused") {
      expect(errorStatus).toHaveProperty(errorOf(decoded.problem));
      expect(render(decoded.problem)).toMatch(/^\S.{15,400}\.$/su);
      return;
    }
    const { readings, attributes } = taken(decoded);
    expect(readings.length).toBeGreaterThan(0);
    for (const { device: id, metric: name, tsMs, value } of readings) {
      expect(parseDeviceId(id)).toBe(id);
      expect(parseMetricName(name)).toBe(name);
      expect(value).toSatisfy(Number.isFinite);
      if (tsMs !== null) {
        expect(tsMs).toSatisfy(Number.isInteger);
        expect(tsMs).toBeGreaterThanOrEqual(limits.earliestTsMs);
        expect(tsMs).toBeLessThanOrEqual(NOW_MS + DAY_MS);
      }
    }
    for (const { device: id, name } of attributes) {
      expect(parseDeviceId(id)).toBe(id);
      expect(parseMetricName(name)).toBe(name);
    }
  }

  const keys = fc.oneof(
    fc.constantFrom("device_id", "device", "ts", "time", "t", "a.b", "__proto__", "constructor"),
    fc.string({ unit: "grapheme" }),
  );
  const anyObject = fc
    .array(fc.tuple(keys, fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom("pi", NOW_MS, "25.5"))))
    .map(
      (entries) => `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`,
    );
  const anyJson = fc.oneof(
    anyObject,
    fc.array(anyObject, { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
    fc.json(),
  );
  const anyContext = fc.record({ device: fc.constantFrom(null, PI.device), ndjson: fc.boolean() });

  test("any bytes become sound readings or a problem with words", () => {
    const spoilt = fc.tuple(anyJson, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([text, at, byte]) => {
      const raw = bytes(text);
      raw[at % raw.length] = byte;
      return raw;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), spoilt), anyContext, (raw, context) => expectSound(decode(raw, context))),
      { numRuns: 1_000 },
    );
  });

  test("any JSON becomes sound readings or a problem with words", () => {
    fc.assert(
      fc.property(anyJson, anyContext, (text, context) => expectSound(decode(text, context))),
      { numRuns: 1_000 },
    );
  });

  test("any text after a metric topic becomes one finite reading or a problem with words", () => {
    const texts = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[+-]?\d*\.?\d*(e[+-]?\d{1,4})?$/));
    fc.assert(fc.property(texts, (text) => expectSound(decodeMetricValue(bytes(text), PI.device, metric("t")))));
  });
});

describe("a message made of valid parts", () => {
  const RESERVED: readonly string[] = ["device_id", "deviceId", "device", "ts", "timestamp", "time"];
  const character = fc.constantFrom(..."aZ7_-.:%/é温ক²½", "e\u0301", "ক\u09be", "o\u0308");
  const step = fc
    .string({ unit: character, minLength: 1, maxLength: 4 })
    .filter((text) => !RESERVED.includes(text) && parseMetricName(text) !== undefined);
  const path = fc.array(step, { minLength: 1, maxLength: limits.depth }).filter(
    // A dot may meet a dot; the whole has to be short enough, as every metric.
    (steps) => parseMetricName(steps.join(".")) !== undefined,
  );
  /** A value as a device writes it, and the number that it means; JSON has no -0. */
  const written = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({ value, means: value + 0 })),
    fc.boolean().map((value) => ({ value, means: Number(value) })),
    fc
      .tuple(fc.constantFrom("", "+", "-"), fc.nat(), fc.nat())
      .map(([sign, whole, part]) => `${sign}${whole}.${part}`)
      .map((value) => ({ value, means: Number(value) })),
  );
  const text = fc.string({ unit: "grapheme" }).map((value) => `note: ${value}`);
  const parts = fc.record({
    device: fc.stringMatching(/^[A-Za-z0-9][\w\-.:]{0,63}$/),
    tsMs: fc.option(fc.integer({ min: limits.earliestTsMs, max: NOW_MS + DAY_MS })),
    values: fc.uniqueArray(fc.tuple(path, written), { minLength: 1, maxLength: 6, selector: ([[first]]) => first }),
    note: fc.option(text),
  });
  type Parts = typeof parts extends fc.Arbitrary<infer T> ? T : never;

  function write({ device: device_id, tsMs, values: entries, note }: Parts): object {
    const tree = entries.map(([[first = "", ...rest], { value }]) => [
      first,
      rest.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value),
    ]);
    return { device_id, ts: tsMs, ...(note !== null && { "the note": note }), ...Object.fromEntries(tree) };
  }

  /** In an order of their own: an object's keys that are numbers come first. */
  function sorted<T>(items: readonly T[]): string[] {
    return items.map((item) => JSON.stringify(item)).sort();
  }

  test("decodes to exactly these parts, alone, in a batch and line by line", () => {
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 4 }), (messages) => {
        const readings = messages.flatMap(({ device: id, tsMs, values: entries }) =>
          entries.map(([steps, { means }]) => ({
            device: id,
            metric: steps.join(".").normalize("NFC"),
            tsMs,
            value: means,
          })),
        );
        // The latest of each device.
        const notes = new Map(messages.flatMap(({ device: id, note }) => (note === null ? [] : [[id, note] as const])));
        const attributes = [...notes].map(([id, note]) => ({ device: id, name: "the note", text: note }));
        const objects = messages.map(write);
        const lines = objects.map((object) => JSON.stringify(object)).join("\n");
        for (const decoded of [
          decode(objects),
          decode(lines, { ndjson: true }),
          decode(JSON.stringify(objects, null, 2)),
        ]) {
          expect(sorted(taken(decoded).readings)).toEqual(sorted(readings));
          expect(sorted(taken(decoded).attributes)).toEqual(sorted(attributes));
        }
        const alone = objects.flatMap((object) => taken(decode(object)).readings);
        expect(sorted(alone)).toEqual(sorted(readings));
      }),
      { numRuns: 300 },
    );
  });
});
