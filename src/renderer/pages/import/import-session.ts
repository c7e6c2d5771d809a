// The import of this window, one at a time. It continues while other pages are open, and the import page shows it again.
// Invariant: the window ends every import that it no longer shows, unless the window itself is closed.
import type { Import, ImportForm, ImportFormChanges, ImportPass } from "../../../shared/history/import.ts";
import { announce } from "../../api/announcements.ts";
import { explain } from "../../api/client.ts";
import { Signal } from "../../api/feed/signal.ts";
import { beginImport, changeImport, endImport, runImport } from "../../api/history/importing.ts";
import { importText as text } from "../../i18n/later/import-text.ts";
import { formatCount } from "../../i18n/numbers.ts";

interface ImportView {
  readonly file: File | null;
  /** Null while the file is being read, and once it is cancelled. */
  readonly state: Import | null;
  readonly failure: string | null;
  /** The pass that a person cancelled. */
  readonly cancelled: ImportPass["kind"] | null;
  readonly isRunning: boolean;
}

const EMPTY: ImportView = { file: null, state: null, failure: null, cancelled: null, isRunning: false };

class ImportSession {
  readonly shown = new Signal<ImportView>(EMPTY);
  #isOpen = false;
  #abort: AbortController | null = null;
  #pendingChange: Promise<void> = Promise.resolve();

  /** The page is open until the returned function is called; then an import that is not running is ended. */
  open(): () => void {
    this.#isOpen = true;
    return () => {
      this.#isOpen = false;
      if (!this.shown.get().isRunning) this.#forget();
    };
  }

  /** Ignored while another import is running. */
  async choose(file: File): Promise<void> {
    if (this.shown.get().isRunning) return;
    this.#forget();
    this.shown.set({ ...EMPTY, file });
    await this.#attempt(() => beginImport(file));
  }

  /** Serialises changes, each based on the result of the previous one, since people tab through fields fast. */
  change(changesOf: (form: ImportForm) => ImportFormChanges): void {
    this.#pendingChange = this.#pendingChange.then(async () => {
      const { state } = this.shown.get();
      if (state !== null) await this.#attempt(() => changeImport(state.id, changesOf(state.form)));
    });
  }

  /** Resolves once it has ended, also on failure. */
  async run(kind: ImportPass["kind"]): Promise<void> {
    await this.#pendingChange;
    const { state, file, isRunning } = this.shown.get();
    if (state === null || file === null || isRunning) return;
    const abort = new AbortController();
    const { signal } = abort;
    this.#abort = abort;
    this.#show({ isRunning: true });
    window.addEventListener("beforeunload", warnBeforeUnload);
    const onProgress = (next: Import) => this.#show({ state: next });
    await this.#attempt(() => runImport(state.id, file, { kind, signal, onProgress }));
    window.removeEventListener("beforeunload", warnBeforeUnload);
    if (signal.aborted) {
      this.#forget();
      this.shown.set({ ...EMPTY, file, cancelled: kind });
    }
    this.#show({ isRunning: false });
    if (!this.#isOpen) this.#announceOutcome(file.name);
  }

  cancel(): void {
    this.#abort?.abort();
  }

  /** Announces the outcome on another page. */
  #announceOutcome(name: string): void {
    const { state, failure } = this.shown.get();
    const pass = state?.pass;
    if (failure !== null) announce(failure);
    else if (pass?.kind === "store") announce(text.finished(name, formatCount(pass.counts.fresh)));
  }

  async #attempt(act: () => Promise<Import>): Promise<void> {
    this.#show({ failure: null, cancelled: null });
    const { file } = this.shown.get();
    try {
      const state = await act();
      // Another file may have been chosen meanwhile.
      if (this.shown.get().file === file) this.#show({ state });
      else this.#end(state);
    } catch (error) {
      if (this.shown.get().file === file) this.#show({ failure: text.failed(reasonOf(error)) });
    }
  }

  #forget(): void {
    const { state } = this.shown.get();
    this.shown.set(EMPTY);
    if (state !== null) this.#end(state);
  }

  /** Best effort: the hub also ends abandoned imports. */
  #end({ id }: Import): void {
    endImport(id).catch((error: unknown) => console.warn("the import was not ended", error));
  }

  #show(changes: Partial<ImportView>): void {
    this.shown.set({ ...this.shown.get(), ...changes });
  }
}

/** A file that was changed, moved or removed with its drive is unreadable, which is not the hub's error. */
function reasonOf(error: unknown): string {
  if (error instanceof DOMException && (error.name === "NotReadableError" || error.name === "NotFoundError"))
    return text.fileChanged;
  return error instanceof Error ? explain(error) : String(error);
}

function warnBeforeUnload(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

export const importSession = new ImportSession();
