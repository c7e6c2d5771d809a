// Problems of a move, in messages that stay true for a hub that continues to acknowledge readings.
import { expect, test } from "vitest";
import { problemOf } from "../../../src/hub/move/move-problem.ts";
import { BrambleError } from "../../../src/shared/errors.ts";
import { type AnyMessage, message } from "../../../src/shared/messages/message.ts";
import { render } from "../../../src/shared/messages/render.ts";
import { startTestHub } from "../../support/hub.ts";
import { freePort } from "../../support/system/proxies.ts";

test("a server that is not there is named, and nothing is said of what is acknowledged", async () => {
  await using hub = await startTestHub();
  const to = `postgres://bramble:secret@127.0.0.1:${await freePort()}/bramble`;
  const headers = { "Content-Type": "application/json" };
  const shown = to.replace(":secret", "");
  for (const path of ["/api/v1/move/plan", "/api/v1/move"]) {
    const answer = await hub.fetch(path, { method: "POST", headers, body: JSON.stringify({ to }) });
    expect(await answer.json()).toMatchObject({
      error: "move-refused",
      message: `The store ${shown} cannot be used. PostgreSQL cannot be reached (ECONNREFUSED).`,
    });
  }
  expect((await hub.post({ device_id: "pi", t: 1 })).status).toBe(200);
});

test.each([
  [message("store/unreachable", { product: "MariaDB", reason: "ETIMEDOUT" }), "MariaDB cannot be reached (ETIMEDOUT)."],
  [message("store/starting", { product: "MariaDB" }), "MariaDB is starting or stopping."],
  [message("store/disk-full", { product: "MariaDB" }), "The disk of MariaDB is full."],
  [message("store/failed", { product: "MariaDB", reason: "no" }), "MariaDB failed: no."],
] satisfies [AnyMessage, string][])("a move that is under way says of its server %o", (reason, words) => {
  expect(render(problemOf(new BrambleError("store-failed", reason)))).toBe(`It is tried again: ${words}`);
});
