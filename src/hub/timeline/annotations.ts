// Notes of people on the time axis. They are few: all are in memory, and each change is on disk before it is announced.
import { randomUUID } from "node:crypto";
import type { Problem } from "../../shared/errors.ts";
import { Annotation, type AnnotationRequest } from "../../shared/history/timeline.ts";
import { message } from "../../shared/messages/message.ts";
import type { Clock } from "../clock.ts";
import type { HubEvents } from "../events.ts";
import type { RecordKind, RecordStore } from "../store/records.ts";

const MAX_ANNOTATIONS = 5_000;

const annotationRecords: RecordKind<typeof Annotation> = {
  name: "annotation",
  schema: Annotation,
  idOf: ({ id }) => id,
  deviceOf: ({ device }) => device ?? null,
};

export interface AnnotationsOptions {
  readonly records: Pick<RecordStore, "collection">;
  readonly clock: Pick<Clock, "now">;
  readonly isKnown: (device: string) => boolean;
  readonly events: Pick<HubEvents, "timelineChanged" | "deviceRemoved" | "deviceMerged">;
  readonly onFailure: (error: unknown) => void;
}

/** Half-open: `fromMs <= t < toMs`. */
interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export class Annotations {
  readonly #options: AnnotationsOptions;
  readonly #byId = new Map<string, Annotation>();

  constructor(options: AnnotationsOptions) {
    this.#options = options;
    const { events } = options;
    events.deviceRemoved.on((id) => this.#forget(id));
    events.deviceMerged.on(({ from, into }) => this.#move(from, into));
  }

  async start(): Promise<void> {
    for (const one of await this.#records.list()) this.#byId.set(one.id, one);
  }

  get(id: string): Annotation | undefined {
    return this.#byId.get(id);
  }

  /** Those that overlap the range, in order of time. */
  list({ fromMs, toMs }: Stretch): Annotation[] {
    return [...this.#byId.values()]
      .filter(({ time, timeEnd = time }) => time < toMs && timeEnd >= fromMs)
      .sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
  }

  /** Resolves once it is on disk. `id`: of the one that it replaces, or of a removed one that is restored. */
  async put(request: AnnotationRequest, by: string, id: string = randomUUID()): Promise<Annotation | Problem> {
    if (request.timeEnd !== undefined && request.timeEnd <= request.time)
      return message("bad-request/annotation-ends-before", { field: "timeEnd" });
    if (!this.#byId.has(id) && this.#byId.size >= MAX_ANNOTATIONS)
      return message("too-many-annotations", { limit: MAX_ANNOTATIONS });
    const written = { ...request, text: request.text.trim(), id, by, changedMs: this.#options.clock.now() };
    await this.#records.save([written]);
    if (written.device !== undefined && !this.#options.isKnown(written.device)) {
      // Its device was removed meanwhile, and this record may have been saved behind that.
      await this.remove(id);
      return message("no-such-device", { device: written.device });
    }
    this.#byId.set(id, written);
    this.#options.events.timelineChanged.emit(null);
    return written;
  }

  /** Resolves once it is removed from the disk. */
  async remove(id: string): Promise<void> {
    await this.#records.save([], [id]);
    this.#byId.delete(id);
    this.#options.events.timelineChanged.emit(null);
  }

  get #records() {
    return this.#options.records.collection(annotationRecords);
  }

  /** The store has removed them with their device. */
  #forget(device: string): void {
    for (const { id } of this.#of(device)) this.#byId.delete(id);
    this.#options.events.timelineChanged.emit(null);
  }

  /** Handed in before the device is removed, so that they are not removed with it. */
  #move(from: string, into: string): void {
    const moved = this.#of(from).map((one) => ({ ...one, device: into }));
    if (moved.length === 0) return;
    for (const one of moved) this.#byId.set(one.id, one);
    this.#records.save(moved).catch(this.#options.onFailure);
    this.#options.events.timelineChanged.emit(null);
  }

  #of(device: string): Annotation[] {
    return [...this.#byId.values()].filter((one) => one.device === device);
  }
}
