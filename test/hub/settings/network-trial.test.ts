// A change of the network on trial, in this process, on a disk that is full when the trial is over.
import { pino } from "pino";
import { expect, test } from "vitest";
import { NetworkTrial } from "../../../src/hub/settings/network-trial.ts";
import type { RecordStore } from "../../../src/hub/store/records.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { openTestStore } from "../../support/stores/store.ts";
import { until } from "../../support/until.ts";

test("a trial whose end cannot be written down ends once it can, and is not undone after the next start", async () => {
  await using open = await openTestStore();
  let isFull = false;
  let failures = 0;
  const records: Pick<RecordStore, "collection"> = {
    collection: (kind) => {
      const stored = open.store.records.collection(kind);
      return {
        list: () => stored.list(),
        save: async (...args) => {
          if (!isFull) return stored.save(...args);
          failures++;
          throw new Error("the disk is full");
        },
      };
    },
  };
  const clock = new FakeClock(Date.UTC(2026, 0, 31));
  const makeTrial = () => new NetworkTrial({ records, clock, log: pino({ level: "silent" }) });
  const trial = makeTrial();
  let undone = 0;
  trial.undoes("access", async () => {
    undone++;
    return null;
  });
  await trial.start();
  await trial.attempt("access", { allow: [] }, "10", async () => null);

  isFull = true;
  clock.advance(11_000);
  await until("its end could not be written down", async () => failures > 0 || undefined);
  expect(trial.status).toMatchObject({ trial: { subjects: ["access"] } });

  isFull = false;
  clock.advance(30_000);
  await until("it has ended", async () => trial.status.trial === null || undefined);
  expect({ undone, failures }).toEqual({ undone: 2, failures: 1 });
  await trial.stop();
  const next = makeTrial();
  await next.start();
  expect(next.status).toEqual({ trial: null });
  await next.stop();
});
