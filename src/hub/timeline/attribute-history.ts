// Changes of the attributes of devices: firmware, model, and every text that they send beside readings. A text that changes with
// each message, such as an uptime, does not displace the others.
import { type Static, Type } from "typebox";
import { AttributeChange } from "../../shared/history/timeline.ts";
import type { HubEvents } from "../events.ts";
import type { RecordKind } from "../store/records.ts";
import { DeviceHistories, type HistoriesOptions } from "./device-histories.ts";

const MAX_CHANGES_PER_DEVICE = 50;
const MAX_CHANGES_PER_ATTRIBUTE = 8;

const AttributeRecord = Type.Object({ device: Type.String(), entries: Type.Array(AttributeChange) });
const attributeRecords: RecordKind<typeof AttributeRecord> = {
  name: "attribute-history",
  schema: AttributeRecord,
  idOf: ({ device }) => device,
  deviceOf: ({ device }) => device,
};

export interface AttributeHistoryOptions extends HistoriesOptions {
  readonly events: Pick<HubEvents, "deviceRemoved" | "deviceMerged" | "attributeChanged">;
}

type Entry = Static<typeof AttributeChange>;

export class AttributeHistory {
  readonly #histories: DeviceHistories<Entry>;

  constructor(options: AttributeHistoryOptions) {
    this.#histories = new DeviceHistories<Entry>(options, options.records.collection(attributeRecords), (from, into) =>
      bounded([...from, ...into].sort((a, b) => a.changedMs - b.changedMs)),
    );
    options.events.attributeChanged.on(({ device, name, text, before }) => {
      const change = { name, text, ...(before !== undefined && { before }), changedMs: options.clock.now() };
      this.#histories.set(device, bounded([...this.#histories.of(device), change]));
    });
  }

  start(): Promise<void> {
    return this.#histories.start();
  }

  stop(): Promise<void> {
    return this.#histories.stop();
  }

  /** The latest first. */
  list(device: string): AttributeChange[] {
    return this.#histories.of(device).toReversed();
  }
}

/** The newest of each attribute, and of all. */
function bounded(changes: readonly Entry[]): Entry[] {
  const counts = new Map<string, number>();
  const kept = changes.toReversed().filter(({ name }) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count <= MAX_CHANGES_PER_ATTRIBUTE;
  });
  return kept.slice(0, MAX_CHANGES_PER_DEVICE).reverse();
}
