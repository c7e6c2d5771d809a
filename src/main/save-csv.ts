// Saves an export to a file that the person chooses, one at a time. Its state is sent to the page, so that a window opened
// meanwhile shows it, too.
import { basename, join } from "node:path";
import { app, type BrowserWindow, dialog, net } from "electron";
import type { ApiError, ExportQuery } from "../shared/api.ts";
import type { SaveOutcome, SaveState } from "../shared/bridge.ts";
import { BYTE_ORDER_MARK } from "../shared/byte-order-mark.ts";
import { type AnyMessage, message } from "../shared/messages/message.ts";
import { SaveCancelled, SaveFailure, saveStream, withExtension } from "./csv-file.ts";
import type { DesktopLog } from "./desktop-log.ts";
import type { HubEndpoint } from "./hub-process.ts";

const PROGRESS_EVERY_MS = 200;

export interface CsvSaverOptions {
  readonly endpoint: () => HubEndpoint | undefined;
  readonly log: DesktopLog;
  readonly onState: (state: SaveState) => void;
  /** In the language of the person. */
  readonly render: (text: AnyMessage) => Promise<string>;
}

export class CsvSaver {
  readonly #options: CsvSaverOptions;
  #saving: { readonly cancel: AbortController; readonly ended: Promise<unknown> } | undefined;

  constructor(options: CsvSaverOptions) {
    this.#options = options;
  }

  /** Shows the save dialog, then saves. Every outcome but a failed start goes to `onState`, too. */
  async save(window: BrowserWindow, query: ExportQuery, suggestedName: string): Promise<SaveOutcome> {
    const { filePath } = await dialog.showSaveDialog(window, {
      title: await this.#options.render(message("desktop/save/title")),
      defaultPath: join(app.getPath("downloads"), basename(suggestedName)),
      filters: [{ name: "CSV", extensions: ["csv"] }],
    });
    if (filePath === undefined || filePath === "") return { kind: "cancelled" };
    const outcome = await this.#saveTo(withExtension(filePath), query);
    this.#options.onState(outcome);
    return outcome;
  }

  /** Ends what is being saved, and resolves when nothing is left of it. */
  async cancel(): Promise<void> {
    this.#saving?.cancel.abort();
    await this.#saving?.ended;
  }

  async #saveTo(path: string, query: ExportQuery): Promise<SaveOutcome> {
    const hub = this.#options.endpoint();
    if (hub === undefined) return this.#failure(message("desktop/save/no-hub"));
    if (this.#saving !== undefined) return this.#failure(message("desktop/save/busy"));
    const cancel = new AbortController();
    const saving = this.#stream(hub, query, path, cancel.signal);
    this.#saving = { cancel, ended: saving };
    const outcome = await saving;
    this.#saving = undefined;
    return outcome;
  }

  async #stream(hub: HubEndpoint, query: ExportQuery, path: string, signal: AbortSignal): Promise<SaveOutcome> {
    const { log, onState } = this.#options;
    let bytes = 0;
    const report = () => onState({ kind: "saving", path, bytes });
    report();
    // Repeated even without progress, for a window that is opened meanwhile.
    const reporting = setInterval(report, PROGRESS_EVERY_MS);
    try {
      const answer = await net.fetch(`${hub.url}/api/v1/export.csv?${searchParams(query)}`, {
        // On its way within this computer packing it would only cost time.
        headers: { authorization: `Bearer ${hub.token}`, "accept-encoding": "identity" },
        signal,
      });
      if (!answer.ok || answer.body === null) {
        const { message: reason }: ApiError = await answer.json();
        return { kind: "failed", reason };
      }
      await saveStream(
        query.time === "spreadsheet" ? answer.body.pipeThrough(markedAsUtf8()) : answer.body,
        path,
        (written) => {
          bytes = written;
        },
        signal,
      );
      return { kind: "saved", path };
    } catch (error) {
      if (error instanceof SaveCancelled || signal.aborted) return { kind: "cancelled" };
      log.warn(`${path} was not saved:`, error);
      // Chromium's names for a broken connection are no message for people.
      return this.#failure(error instanceof SaveFailure ? error.reason : message("desktop/save/hub-stopped"));
    } finally {
      clearInterval(reporting);
    }
  }

  async #failure(reason: AnyMessage): Promise<SaveOutcome> {
    return { kind: "failed", reason: await this.#options.render(reason) };
  }
}

function markedAsUtf8(): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({ start: (output) => output.enqueue(new TextEncoder().encode(BYTE_ORDER_MARK)) });
}

function searchParams(query: ExportQuery): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one !== undefined) params.append(name, one);
  }
  return params;
}
