// Saves an export, or a file that the page made, where the person chooses, one at a time. Its state is sent to the page, so that a
// window opened meanwhile shows it, too.
import { basename, extname, join } from "node:path";
import { app, type BrowserWindow, dialog, net } from "electron";
import type { ApiError, ExportQuery } from "../shared/api.ts";
import type { SaveOutcome, SaveState } from "../shared/bridge.ts";
import { BYTE_ORDER_MARK } from "../shared/byte-order-mark.ts";
import { type AnyMessage, message } from "../shared/messages/message.ts";
import type { DesktopLog } from "./desktop-log.ts";
import type { HubEndpoint } from "./hub-process.ts";
import { SaveCancelled, SaveFailure, saveStream, withExtension } from "./write-file.ts";

const PROGRESS_EVERY_MS = 200;

export interface FileSaverOptions {
  readonly endpoint: () => HubEndpoint | undefined;
  readonly log: DesktopLog;
  readonly onState: (state: SaveState) => void;
  /** In the language of the person. */
  readonly render: (text: AnyMessage) => Promise<string>;
}

/** Where the bytes come from, once it is known where they go. */
type OpenSource = (signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;

/** The hub sends no export; the message says why. */
class ExportRefusal extends Error {}

export class FileSaver {
  readonly #options: FileSaverOptions;
  #saving: { readonly cancel: AbortController; readonly ended: Promise<unknown> } | undefined;

  constructor(options: FileSaverOptions) {
    this.#options = options;
  }

  /** Shows the save dialog, then saves what the hub sends. Every outcome but a failed start goes to `onState`, too. */
  saveExport(window: BrowserWindow, query: ExportQuery, suggestedName: string): Promise<SaveOutcome> {
    const title = message("desktop/save/title");
    return this.#save(window, title, suggestedName, (signal) => this.#openExport(query, signal));
  }

  /** The same for what the page sends. */
  saveBytes(window: BrowserWindow, bytes: Uint8Array<ArrayBuffer>, suggestedName: string): Promise<SaveOutcome> {
    const title = message("desktop/save/file-title");
    return this.#save(window, title, suggestedName, async () => new Blob([bytes]).stream());
  }

  /** Ends what is being saved, and resolves when nothing is left of it. */
  async cancel(): Promise<void> {
    this.#saving?.cancel.abort();
    await this.#saving?.ended;
  }

  async #save(window: BrowserWindow, title: AnyMessage, suggestedName: string, open: OpenSource): Promise<SaveOutcome> {
    const extension = extname(suggestedName).slice(1);
    const { filePath } = await dialog.showSaveDialog(window, {
      title: await this.#options.render(title),
      defaultPath: join(app.getPath("downloads"), basename(suggestedName)),
      filters: [{ name: extension.toUpperCase(), extensions: [extension] }],
    });
    if (filePath === undefined || filePath === "") return { kind: "cancelled" };
    const outcome = await this.#saveTo(withExtension(filePath, extension), open);
    this.#options.onState(outcome);
    return outcome;
  }

  async #saveTo(path: string, open: OpenSource): Promise<SaveOutcome> {
    if (this.#saving !== undefined) return this.#failure(message("desktop/save/busy"));
    const cancel = new AbortController();
    const saving = this.#stream(open, path, cancel.signal);
    this.#saving = { cancel, ended: saving };
    const outcome = await saving;
    this.#saving = undefined;
    return outcome;
  }

  async #stream(open: OpenSource, path: string, signal: AbortSignal): Promise<SaveOutcome> {
    const { log, onState } = this.#options;
    let bytes = 0;
    const report = () => onState({ kind: "saving", path, bytes });
    report();
    // Repeated even without progress, for a window that is opened meanwhile.
    const reporting = setInterval(report, PROGRESS_EVERY_MS);
    const onBytes = (written: number) => {
      bytes = written;
    };
    try {
      await saveStream(await open(signal), path, onBytes, signal);
      return { kind: "saved", path };
    } catch (error) {
      if (error instanceof SaveCancelled || signal.aborted) return { kind: "cancelled" };
      if (error instanceof ExportRefusal) return { kind: "failed", reason: error.message };
      log.warn(`${path} was not saved:`, error);
      // Chromium's names for a broken connection are no message for people.
      return this.#failure(error instanceof SaveFailure ? error.reason : message("desktop/save/hub-stopped"));
    } finally {
      clearInterval(reporting);
    }
  }

  async #openExport(query: ExportQuery, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const hub = this.#options.endpoint();
    if (hub === undefined) throw new SaveFailure(message("desktop/save/no-hub"), undefined);
    const answer = await net.fetch(`${hub.url}/api/v1/export.csv?${searchParams(query)}`, {
      // On its way within this computer packing it would only cost time.
      headers: { authorization: `Bearer ${hub.token}`, "accept-encoding": "identity" },
      signal,
    });
    if (!answer.ok || answer.body === null) {
      const { message: reason }: ApiError = await answer.json();
      throw new ExportRefusal(reason);
    }
    return query.time === "spreadsheet" ? answer.body.pipeThrough(markedAsUtf8()) : answer.body;
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
