// Queries over a real store against a model that evaluates all readings for each point. The assumed pace of a series determines how it
// is read, and does not change the result.
import fc from "fast-check";
import { expect, test } from "vitest";
import { answerText } from "../../../src/hub/prometheus/answer.ts";
import { PrometheusApi } from "../../../src/hub/prometheus/prometheus-api.ts";
import { type MetricName, parseMetricName } from "../../../src/shared/ids.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { randomNumbers } from "../../support/random.ts";
import { deviceId, openTestStore } from "../../support/stores/store.ts";

const T0 = Date.UTC(2026, 0, 31, 12);
const HOURS = 3;
const HOUR_MS = 3_600_000;
const LOOKBACK_MS = 300_000;

interface Sample {
  readonly tsMs: number;
  readonly value: number;
}

/** A counter that is set back now and then, with a gap, and times of all kinds but on a quarter of an hour. */
function madeSamples(): Sample[] {
  const random = randomNumbers(7);
  const samples: Sample[] = [];
  let value = 3;
  for (let tsMs = T0 + 1; tsMs < T0 + HOURS * HOUR_MS; tsMs += 1_000 + Math.floor(random() * 30_000)) {
    value = random() < 0.02 ? random() * 5 : value + Math.floor(random() * 10) / 8;
    if (tsMs < T0 + HOUR_MS || tsMs > T0 + 1.4 * HOUR_MS) samples.push({ tsMs, value });
  }
  return samples;
}

/** As Prometheus' documentation has it, of the readings of one window. */
const MODEL: Readonly<
  Record<string, (window: readonly Sample[], endMs: number, rangeMs: number) => number | undefined>
> = {
  last_over_time: (window) => window.at(-1)?.value,
  count_over_time: (window) => window.length || undefined,
  sum_over_time: (window) => (window.length === 0 ? undefined : total(window)),
  avg_over_time: (window) => (window.length === 0 ? undefined : total(window) / window.length),
  min_over_time: (window) => (window.length === 0 ? undefined : Math.min(...window.map(({ value }) => value))),
  max_over_time: (window) => (window.length === 0 ? undefined : Math.max(...window.map(({ value }) => value))),
  rate: (window, endMs, rangeMs) => growth(window, endMs, rangeMs, true, rangeMs / 1_000),
  increase: (window, endMs, rangeMs) => growth(window, endMs, rangeMs, true, 1),
  delta: (window, endMs, rangeMs) => growth(window, endMs, rangeMs, false, 1),
};

function total(window: readonly Sample[]): number {
  return window.reduce((sum, { value }) => sum + value, 0);
}

function growth(
  window: readonly Sample[],
  endMs: number,
  rangeMs: number,
  isCounter: boolean,
  per: number,
): number | undefined {
  const [first, last] = [window[0], window.at(-1)];
  if (first === undefined || last === undefined || window.length < 2) return undefined;
  let grown = last.value - first.value;
  window.forEach(({ value }, index) => {
    const before = window[index - 1]?.value ?? value;
    if (isCounter && value < before) grown += before;
  });
  const sampled = last.tsMs - first.tsMs;
  const pause = sampled / (window.length - 1);
  let toStart = first.tsMs - (endMs - rangeMs);
  let toEnd = endMs - last.tsMs;
  if (toStart >= 1.1 * pause) toStart = pause / 2;
  if (isCounter && grown > 0 && first.value >= 0) toStart = Math.min(toStart, (sampled * first.value) / grown);
  if (toEnd >= 1.1 * pause) toEnd = pause / 2;
  return (grown * ((sampled + toStart + toEnd) / sampled)) / per;
}

interface Matrix {
  readonly data: { readonly result: readonly { readonly values: readonly (readonly [number, string])[] }[] };
}

test("every function, range and step matches the model, for every way of reading", async () => {
  const clock = new FakeClock(T0 + HOURS * HOUR_MS);
  await using at = await openTestStore(clock);
  const samples = madeSamples();
  const device = deviceId("meter");
  const metric: MetricName = parseMetricName("energy") ?? expect.unreachable("no metric");
  const readings = samples.map((sample) => ({ device, metric, ...sample }));
  await at.store.readings.append({ readings, attributes: [], receivedAtMs: clock.now() });
  await at.doBackgroundWork();
  const { tsMs: ts = 0, value = 0 } = samples.at(-1) ?? {};
  let usualPauseMs: number | null = null;
  const directory = {
    *describedSeries() {
      yield { device, metric, unit: "Wh", room: undefined, latest: { ts, value, usualPauseMs, silenceMs: null } };
    },
  };
  const api = new PrometheusApi({ directory, readings: at.store.readings, clock });
  const asker = { maySee: () => true, gone: new AbortController().signal, timeoutMs: null };
  const seconds = (most: number) => fc.integer({ min: 1, max: most }).map((count) => count * 1_000);
  const durationMs = fc.oneof(seconds(60), seconds(600), fc.constantFrom(60_000, 300_000, 900_000, 3_600_000, 617));
  const asked = fc.record({
    name: fc.constantFrom("", ...Object.keys(MODEL)),
    rangeMs: durationMs,
    stepMs: durationMs,
    count: fc.integer({ min: 1, max: 60 }),
    startMs: fc.oneof(
      fc.integer({ min: -HOUR_MS, max: HOURS * HOUR_MS }),
      fc.nat({ max: 4 * HOURS }).map((slot) => slot * 900_000),
    ),
    offsetMs: fc.constantFrom(0, 0, 90_000, -61_000),
    pauseMs: fc.constantFrom(null, 0.01, 1, 1_000, 15_000, 600_000),
  });
  await fc.assert(
    fc.asyncProperty(asked, async ({ name, rangeMs, stepMs, count, startMs, offsetMs, pauseMs }) => {
      usualPauseMs = pauseMs;
      const back = offsetMs === 0 ? "" : ` offset ${offsetMs < 0 ? "-" : ""}${Math.abs(offsetMs)}ms`;
      const query = name === "" ? `bramble_reading${back}` : `${name}(bramble_reading[${rangeMs}ms]${back})`;
      const range = { startMs: T0 + startMs, endMs: T0 + startMs + (count - 1) * stepMs, stepMs };
      const answer = await api.queryRange(query, range, asker);
      const { data }: Matrix = JSON.parse([...answerText(answer)].join(""));
      const found = new Map(
        data.result.flatMap(({ values }) => values.map(([at, text]) => [at, Number(text)] as const)),
      );
      const windowMs = name === "" ? LOOKBACK_MS : rangeMs;
      const model = MODEL[name === "" ? "last_over_time" : name] ?? expect.unreachable(name);
      for (let index = 0; index < count; index++) {
        const timeMs = range.startMs + index * stepMs;
        const endMs = timeMs - offsetMs;
        const window = samples.filter(({ tsMs }) => endMs - windowMs < tsMs && tsMs <= endMs);
        const expected = model(window, endMs, windowMs);
        const given = found.get(timeMs / 1_000);
        const what = `${query} at step ${index} of ${stepMs} ms from ${startMs} ms, paced ${pauseMs}`;
        if (expected === undefined || given === undefined) expect(given, what).toBe(expected);
        else expect(Math.abs(given - expected), what).toBeLessThan(1e-9 * Math.max(1, Math.abs(expected)));
      }
    }),
    { numRuns: 300 },
  );
});
