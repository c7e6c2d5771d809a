// A store in a child process, so that a test can kill it at any moment. It executes the test's commands, and reports each
// acknowledged message.
import { systemClock } from "../../../src/hub/clock.ts";
import type { AppendMessage } from "../../../src/hub/store/readings.ts";
import { SqliteStore } from "../../../src/hub/store/sqlite/sqlite-store.ts";

export type ToChild =
  | { readonly kind: "append"; readonly id: number; readonly message: AppendMessage }
  | { readonly kind: "seal" };

export type FromChild =
  | { readonly kind: "open" }
  | { readonly kind: "acknowledged"; readonly id: number; readonly tsMs: readonly number[] };

const [path = ""] = process.argv.slice(2);
const fail = (error: unknown) => {
  throw error;
};
const store = new SqliteStore({
  path,
  clock: systemClock,
  onDeath: fail,
  onWarning: fail,
  onCommit: () => undefined,
});
const say = (words: FromChild) => process.send?.(words);

process.on("message", (order: ToChild) => {
  if (order.kind === "seal") {
    store.seal().catch(fail);
    return;
  }
  store.readings
    .append(order.message)
    .then((tsMs) => say({ kind: "acknowledged", id: order.id, tsMs: [...tsMs] }))
    .catch(fail);
});
await store.start();
say({ kind: "open" });
