// Events on the time axis other than readings: notes, pauses, late readings, changes of attributes. Composes their parts.
import { Annotations, type AnnotationsOptions } from "./annotations.ts";
import { AttributeHistory, type AttributeHistoryOptions } from "./attribute-history.ts";
import { Backfills, type BackfillsOptions } from "./backfills.ts";
import { HubPauses, type HubPausesOptions } from "./hub-pauses.ts";

export type TimelineOptions = AnnotationsOptions & AttributeHistoryOptions & BackfillsOptions & HubPausesOptions;

export class Timeline {
  readonly annotations: Annotations;
  readonly attributes: AttributeHistory;
  readonly backfills: Backfills;
  readonly pauses: HubPauses;

  constructor(options: TimelineOptions) {
    this.annotations = new Annotations(options);
    this.attributes = new AttributeHistory(options);
    this.backfills = new Backfills(options);
    this.pauses = new HubPauses(options);
  }

  async start(): Promise<void> {
    for (const part of [this.annotations, this.attributes, this.backfills, this.pauses]) await part.start();
  }

  async stop(): Promise<void> {
    for (const part of [this.attributes, this.backfills, this.pauses]) await part.stop();
  }
}
