// Comparisons that people named. They are few and requested seldom, so each request reads them from the store.
import { randomUUID } from "node:crypto";
import type { Problem } from "../../shared/errors.ts";
import { SavedView, type ViewRequest, type ViewSeries } from "../../shared/history/saved-view.ts";
import { message } from "../../shared/messages/message.ts";
import type { RecordKind, RecordStore } from "../store/records.ts";

const MAX_VIEWS = 200;

const viewRecords: RecordKind<typeof SavedView> = {
  name: "saved-view",
  schema: SavedView,
  idOf: ({ id }) => id,
};

export class SavedViews {
  readonly #records: Pick<RecordStore, "collection">;

  constructor(records: Pick<RecordStore, "collection">) {
    this.#records = records;
  }

  /** In the order in which they were saved first. */
  list(): Promise<SavedView[]> {
    return this.#records.collection(viewRecords).list();
  }

  /** Resolves once it is on disk. */
  async add(request: ViewRequest): Promise<SavedView | Problem> {
    const view = { ...request, id: randomUUID() };
    return (await this.put(view)) ?? view;
  }

  /** Replaces the one with its id, or adds it. Resolves once it is on disk. */
  async put(view: SavedView): Promise<Problem | null> {
    const others = (await this.list()).filter(({ id }) => id !== view.id);
    if (others.length >= MAX_VIEWS) return message("too-many-views", { limit: MAX_VIEWS });
    await this.#records.collection(viewRecords).save([view]);
    return null;
  }

  /** The series of a device that became part of another are those of that one. Resolves once it is on disk. */
  async move(from: string, into: string): Promise<void> {
    const moved = (await this.list())
      .filter(({ series }) => series.some(({ device }) => device === from))
      .map((view) => ({ ...view, series: movedSeries(view.series, from, into) }));
    if (moved.length > 0) await this.#records.collection(viewRecords).save(moved);
  }

  /** Resolves once it is removed, if it exists. */
  async remove(id: string): Promise<void> {
    await this.#records.collection(viewRecords).save([], [id]);
  }
}

/** Each of them once. */
function movedSeries(series: readonly ViewSeries[], from: string, into: string): ViewSeries[] {
  const moved = series.map(({ device, metric }) => ({ device: device === from ? into : device, metric }));
  return moved.filter(
    ({ device, metric }, index) => index === moved.findIndex((one) => one.device === device && one.metric === metric),
  );
}
