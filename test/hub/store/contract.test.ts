// SQLite keeps the store's contract.
import { storeContract } from "../../contract/store.ts";
import { openTestStore } from "../../support/stores/store.ts";

storeContract("SQLite", () => openTestStore());
