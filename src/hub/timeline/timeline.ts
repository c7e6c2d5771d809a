// What stands on the time axis beside readings. One part of the hub, made of several that know nothing of one another.
import type { Clock } from "../clock.ts";
import type { HubEvents } from "../events.ts";
import type { RecordStore } from "../store/records.ts";
import { Annotations } from "./annotations.ts";

export interface TimelineOptions {
  readonly records: Pick<RecordStore, "collection">;
  readonly clock: Clock;
  readonly events: HubEvents;
  readonly onFailure: (error: unknown) => void;
}

export class Timeline {
  readonly annotations: Annotations;

  constructor(options: TimelineOptions) {
    this.annotations = new Annotations(options);
  }

  async start(): Promise<void> {
    await this.annotations.start();
  }

  stop(): void {}
}
