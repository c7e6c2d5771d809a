// Which hub this is: an id that is made at the first start and kept in the store.
import { randomUUID } from "node:crypto";
import type { RecordStore } from "./records.ts";

export class HubIdentity {
  readonly #records: RecordStore;
  #id = "";

  constructor(records: RecordStore) {
    this.#records = records;
  }

  /** Empty until it is loaded. */
  get id(): string {
    return this.#id;
  }

  /** Needs the store to be open. */
  async load(): Promise<void> {
    this.#id = await this.#records.setting("hub-id", randomUUID);
  }
}
