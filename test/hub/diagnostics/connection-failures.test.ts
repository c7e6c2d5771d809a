// The list of failed clients: bounded, and of the last day.
import { expect, test } from "vitest";
import { ConnectionFailures } from "../../../src/hub/diagnostics/connection-failures.ts";
import { message } from "../../../src/shared/messages/message.ts";
import { DAY_MS } from "../../../src/shared/time.ts";
import { FakeClock } from "../../support/fake-clock.ts";

test("failures expire after a day", () => {
  const clock = new FakeClock(0);
  const failures = new ConnectionFailures(clock);
  const [badId, wrongPassword] = [
    { address: "10.0.0.1", message: message("bad-client-id") },
    { address: "10.0.0.1", message: message("wrong-password") },
  ] as const;
  failures.report(badId);
  failures.report(wrongPassword);
  clock.advance(DAY_MS - 1_000);
  failures.report(badId);
  expect(failures.list().map(({ count }) => count)).toEqual([1, 2]);
  clock.advance(2_000);
  expect(failures.list()).toMatchObject([{ count: 2, message: badId.message }]);
  clock.advance(DAY_MS);
  expect(failures.list()).toEqual([]);
});

test("no client can fill the list or hide others", () => {
  const failures = new ConnectionFailures(new FakeClock(0));
  failures.report({ address: "10.0.0.1", message: message("wrong-password") });
  for (let index = 0; index < 1_000; index++)
    failures.report({
      address: "10.0.0.2",
      subject: `f/${index}`,
      message: message("no-subscription/too-many", { filter: `f/${index}` }),
    });
  const ofLoud = failures.list().filter(({ address }) => address === "10.0.0.2");
  expect(ofLoud).toMatchObject(
    Array.from({ length: 10 }, (_, index) => ({
      code: "no-subscription",
      message: { params: { filter: `f/${990 + index}` } },
    })),
  );
  expect(failures.list()[0]).toMatchObject({ code: "wrong-password" });
  for (let index = 0; index < 1_000; index++)
    failures.report({ address: `10.1.${index >> 8}.${index & 255}`, message: message("cut", { reason: "" }) });
  expect(failures.list()).toHaveLength(500);
});
