// A store in a database server for the bench, in this process.
import { systemClock } from "../../../../src/hub/clock.ts";
import { ServerStore } from "../../../../src/hub/store/server-sql/server-store.ts";
import { StoreAddress } from "../../../../src/hub/store/store-address.ts";

export function openStore(address: string, compactAfterMs?: number): ServerStore {
  return new ServerStore({
    address: new StoreAddress(address),
    clock: systemClock,
    ...(compactAfterMs !== undefined && { compactAfterMs }),
    onDeath: (error) => {
      throw error;
    },
    onWarning: () => undefined,
    onCommit: () => undefined,
  });
}
