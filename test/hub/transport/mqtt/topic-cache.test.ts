// A topic is found by its bytes, and each is computed once, however clients alternate between theirs.
import { expect, test } from "vitest";
import { TopicCache } from "../../../../src/hub/transport/mqtt/wire/topic-cache.ts";

/** Topics with what is known of them: their own text. */
class Topics {
  readonly asked: string[] = [];
  readonly #known = new TopicCache<string>();

  get(topic: string): string {
    const bytes = Buffer.from(`--${topic}--`);
    return this.#known.get(bytes, 2, bytes.length - 2, (text) => {
      this.asked.push(text);
      return text;
    });
  }

  clear(): void {
    this.#known.clear();
  }
}

test("each topic is computed once, and not confused with similar ones", () => {
  const topics = new Topics();
  const names = ["sensor/pi/data", "sensor/pi/dat", "sensor/pi/datb", "ensor/pi/data", "sensor/küche/data", ""];
  for (const name of [...names, ...names, ...names.toReversed()]) expect(topics.get(name)).toBe(name);
  expect(topics.asked).toEqual(names);
});

test("a cleared topic is computed again", () => {
  const topics = new Topics();
  topics.get("a");
  topics.clear();
  topics.get("a");
  expect(topics.asked).toEqual(["a", "a"]);
});

test("a long topic is not cached, and the cache is bounded", () => {
  const topics = new Topics();
  const long = "a".repeat(257);
  expect([topics.get(long), topics.get(long)]).toEqual([long, long]);
  expect(topics.asked).toEqual([long, long]);
  for (let index = 0; index < 65; index++) topics.get(`t/${index}`);
  topics.get("t/0");
  expect(topics.asked.slice(-2)).toEqual(["t/64", "t/0"]);
});
