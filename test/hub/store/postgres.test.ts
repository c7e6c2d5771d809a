// PostgreSQL keeps the store's contract.
import { afterAll, beforeAll } from "vitest";
import { storeContract } from "../../contract/store.ts";
import { compactionContract } from "../../contract/store-compaction.ts";
import { mendContract } from "../../contract/store-mends.ts";
import { modelContract } from "../../contract/store-model.ts";
import { serverStoreContract } from "../../contract/store-server.ts";
import { openServerStore } from "../../support/stores/server-store.ts";
import type { DatabaseServer } from "../../support/system/database-server.ts";
import { startPostgres } from "../../support/system/postgres.ts";

let server: DatabaseServer;
beforeAll(async () => {
  server = await startPostgres();
}, 120_000);
afterAll(() => server[Symbol.asyncDispose]());

storeContract("PostgreSQL", () => openServerStore(server));
modelContract({ runs: 6, keepsNegativeZero: true }, () => openServerStore(server, { compactAfterMs: 0 }));
mendContract({ runs: 3, keepsNegativeZero: true }, () => openServerStore(server, { compactAfterMs: 0 }));
serverStoreContract("PostgreSQL", () => server);
compactionContract(
  {
    product: "PostgreSQL",
    readingsBetween: (from, to) =>
      `SELECT extract(epoch FROM time) * 1000, value FROM bramble_readings('b', 't', '${from}', '${to}')`,
  },
  () => server,
);
