// Opens the store of the state file, or of `--store`, with its mover. Only this file and core.ts name adapters of the store.

import type { Config } from "../config.ts";
import type { DataFolder } from "../data-folder.ts";
import { isOnNetwork } from "../observe/data-place.ts";
import type { Log } from "../observe/log/log.ts";
import { inspectServer } from "../store/server-sql/inspect.ts";
import { ServerStore } from "../store/server-sql/server-store.ts";
import { letWorkers } from "../store/server-sql/worker-gate.ts";
import { hasSpoolFiles } from "../store/spool/spool-files.ts";
import { SpooledStore } from "../store/spool/spooled-store.ts";
import { SqliteStore, type SqliteStoreOptions } from "../store/sqlite/sqlite-store.ts";
import type { Store } from "../store/store.ts";
import type { StoreAddress } from "../store/store-address.ts";
import { resolveStores } from "./move-state.ts";
import { Mover, type MoverOptions } from "./mover.ts";
import { MovingStore } from "./moving-store.ts";

export interface OpenStoresOptions extends Pick<MoverOptions, "freeBytes" | "restart"> {
  readonly config: Config;
  readonly folder: DataFolder;
  readonly storeOptions: Omit<SqliteStoreOptions, "path">;
  readonly log: Log;
}

export interface HubStores {
  readonly store: MovingStore;
  /** The database server that is read; null where that is the file. */
  readonly server: ServerStore | null;
  /** Whether readings may be spooled for the server. */
  readonly hasSpool: boolean;
  readonly mover: Mover;
}

/** Throws with a message where the folder and `--store` name different servers. */
export function openStores(options: OpenStoresOptions): HubStores {
  const { config, folder, storeOptions, freeBytes, restart, log } = options;
  const { store: address, state, isPassedOver } = resolveStores(config.store, folder.path);
  if (isPassedOver)
    log.warn("--store is passed over: the data is in the file of the data folder. Leave it out (see bramble move).");
  const server = address === null ? null : new ServerStore({ ...storeOptions, address });
  const path = folder.databasePath;
  const spoolBytes = isOnNetwork(folder.path) ? 0 : config.spoolBytes;
  const source = openSource(server, { ...options, path, spoolBytes });
  const store = new MovingStore(source);
  // The other store does not count commits, and its death does not end the hub.
  const aside = { ...storeOptions, onWarning: (text: string) => log.warn(text), onCommit: () => undefined };
  const mover = new Mover({
    folder: folder.path,
    store,
    source,
    reads: server === null ? "file" : "server",
    server: address,
    state,
    isPassedOver,
    spoolings: () => (source instanceof SpooledStore ? source.spoolings : 0),
    makeServer: (to: StoreAddress, onDeath) => new ServerStore({ ...aside, address: to, onDeath }),
    makeFile: (onDeath) => new SqliteStore({ ...aside, path, onDeath }),
    inspect: inspectServer,
    letWorkers,
    freeBytes,
    restart,
    clock: storeOptions.clock,
    log,
  });
  return { store, server, hasSpool: source instanceof SpooledStore, mover };
}

/** In a file, or on a server, with a spool for it. */
function openSource(
  server: ServerStore | null,
  {
    storeOptions,
    folder,
    path,
    spoolBytes: maxBytes,
  }: OpenStoresOptions & { readonly path: string; readonly spoolBytes: number },
): Store {
  if (server === null) return new SqliteStore({ ...storeOptions, path });
  // Readings acknowledged into an existing spool must reach the server, whatever --spool is set to now.
  if (maxBytes === 0 && !hasSpoolFiles(folder.path)) return server;
  return new SpooledStore({ ...storeOptions, server, folder: folder.path, maxBytes });
}
