// Composes the administration of the hub: its name and advertising, backups, growth of its data, the set-up as a file, and network
// changes on trial. Started once devices are known.
import { join } from "node:path";
import type { HubSettings } from "../../shared/settings/hub-settings.ts";
import type { Access } from "../access/access.ts";
import type { DeviceTopics } from "../access/topic-authority.ts";
import { Backups } from "../backups/backups.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { DataFolder } from "../data-folder.ts";
import type { DeviceDirectory } from "../devices/directory.ts";
import type { Registry } from "../devices/registry.ts";
import type { Retention } from "../devices/retention.ts";
import { Mdns, type MdnsOptions } from "../discovery/discovery.ts";
import type { HubEvents } from "../events.ts";
import type { DiskGuard, DiskGuardOptions } from "../observe/disk-guard.ts";
import type { Log } from "../observe/log/log.ts";
import type { Store } from "../store/store.ts";
import { Advertising } from "./advertising.ts";
import { HubPreferences } from "./hub-settings.ts";
import { NetworkTrial } from "./network-trial.ts";
import { SetUp } from "./set-up.ts";
import { StorageGrowth } from "./storage-growth.ts";

export interface AdministrationOptions {
  readonly config: Pick<Config, "mdns" | "backupFolder" | "backupPassphrase">;
  readonly folder: Pick<DataFolder, "path" | "databasePath">;
  readonly store: Pick<Store, "records" | "backup" | "status">;
  readonly access: Access;
  readonly directory: DeviceDirectory;
  readonly registry: Registry;
  readonly retention: Retention;
  readonly disk: Pick<DiskGuard, "freeBytes">;
  readonly topics: DeviceTopics;
  readonly events: HubEvents;
  readonly freeBytes: DiskGuardOptions["freeBytes"];
  /** Stops the hub and starts it again; null where that is not possible from within. */
  readonly restart: (() => void) | null;
  readonly clock: Clock;
  readonly log: Log;
}

export class Administration {
  readonly preferences: HubPreferences;
  readonly backups: Backups;
  readonly growth: StorageGrowth;
  readonly setUp: SetUp;
  readonly trial: NetworkTrial;
  readonly #options: AdministrationOptions;
  #advertising: Advertising | null = null;

  constructor(options: AdministrationOptions) {
    const { config, folder, store, access, disk, freeBytes, restart, clock, log } = options;
    const { records } = store;
    const failed = (text: string) => (error: unknown) => log.error({ err: error }, text);
    this.#options = options;
    this.preferences = new HubPreferences({ records, mayAdvertise: config.mdns });
    this.setUp = new SetUp({
      ...options,
      preferences: this.preferences,
      backups: () => this.backups,
      trial: () => this.trial,
      records,
      onFailure: failed("what was set up for a device could not be written down"),
    });
    this.backups = new Backups({
      store: store.backup,
      records,
      databasePath: folder.databasePath,
      defaultFolder: join(folder.path, "backups"),
      folder: config.backupFolder,
      passphrase: config.backupPassphrase,
      freeBytes,
      exportSetUp: async () => `${JSON.stringify(await this.setUp.export(), null, 2)}\n`,
      restart,
      clock,
      log: log.child({ name: "backups" }),
    });
    this.growth = new StorageGrowth({
      store,
      records,
      freeBytes: () => disk.freeBytes,
      clock,
      onFailure: failed("the size of the stored data could not be written down"),
    });
    this.trial = new NetworkTrial({ records, clock, log: log.child({ name: "trial" }) });
    this.trial.undoes("access", (before) => access.settings.change(before));
  }

  async start(): Promise<void> {
    await Promise.all([this.preferences.start(), this.setUp.start(), this.backups.start(), this.growth.start()]);
  }

  async stop(): Promise<void> {
    this.growth.stop();
    this.setUp.stop();
    await this.backups.stop();
  }

  /** The part that advertises the hub, to be started once its ports are open. */
  advertising(mdns: Omit<MdnsOptions, "label" | "onName" | "clock" | "log">): Advertising {
    const { access, clock, log } = this.#options;
    const onName = (name: string) => access.browsers.setName("mdns", name);
    this.#advertising = new Advertising({
      preferences: this.preferences,
      makeMdns: (label) => new Mdns({ ...mdns, label, onName, clock, log: log.child({ name: "mdns" }) }),
    });
    return this.#advertising;
  }

  settings(): HubSettings {
    const { name, advertise, mayAdvertise, mdnsLabel } = this.preferences;
    return {
      name,
      computerName: this.preferences.computerName,
      advertise,
      isAdvertiseFixed: !mayAdvertise,
      mdnsLabel,
      mdnsName: this.#advertising?.name ?? null,
    };
  }
}
