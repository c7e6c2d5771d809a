// Prometheus' API of a hub, asked as Grafana asks: what it answers, to whom, and what it says of what it does not answer.
import { expect, test } from "vitest";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";

const T0 = Date.UTC(2026, 0, 31, 12);
const SECONDS = T0 / 1_000;

interface Answer {
  readonly status: number;
  readonly body: {
    readonly data: { readonly resultType: string; readonly result: readonly unknown[] } & readonly unknown[];
    readonly errorType?: string;
    readonly error?: string;
  };
}

async function ask(hub: HubInside, path: string, parameters: Readonly<Record<string, string>>): Promise<Answer> {
  const answer = await hub.fetch(`/api/prometheus/api/v1/${path}?${new URLSearchParams(parameters)}`);
  return { status: answer.status, body: await answer.json() };
}

test("queries are answered", async () => {
  await using hub = await startHubInside({ nowMs: T0 });
  for (let n = 0; n <= 60; n++) await hub.post({ device_id: "attic", ts: T0 - 600_000 + n * 10_000, t: n });
  const time = String(SECONDS);
  expect((await ask(hub, "query", { query: "1+1", time })).body.data).toEqual({
    resultType: "scalar",
    result: [SECONDS, "2"],
  });
});
