// MariaDB keeps the store's contract.
import { afterAll, beforeAll } from "vitest";
import { storeContract } from "../../contract/store.ts";
import { compactionContract } from "../../contract/store-compaction.ts";
import { mendContract } from "../../contract/store-mends.ts";
import { modelContract } from "../../contract/store-model.ts";
import { serverStoreContract } from "../../contract/store-server.ts";
import { openServerStore } from "../../support/stores/server-store.ts";
import type { DatabaseServer } from "../../support/system/database-server.ts";
import { startMariadb } from "../../support/system/mariadb.ts";

let server: DatabaseServer;
beforeAll(async () => {
  server = await startMariadb();
}, 120_000);
afterAll(() => server[Symbol.asyncDispose]());

storeContract("MariaDB", () => openServerStore(server));
modelContract({ runs: 6, keepsNegativeZero: false }, () => openServerStore(server, { compactAfterMs: 0 }));
mendContract({ runs: 3, keepsNegativeZero: false }, () => openServerStore(server, { compactAfterMs: 0 }));
serverStoreContract("MariaDB", () => server);
compactionContract({ product: "MariaDB", readingsBetween: null }, () => server);
