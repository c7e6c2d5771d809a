// The import of this window, one at a time. It continues while other pages are open, and the import page shows it again.
// Invariant: the window ends every import that it no longer shows, unless the window itself is closed.
import type { Import, ImportFormChanges, ImportPass } from "../../../shared/history/import.ts";
import { announce } from "../../api/announcements.ts";
import { explain } from "../../api/client.ts";
import { Signal } from "../../api/feed/signal.ts";
import { beginImport, changeImport, endImport, onImport, runImport } from "../../api/history/importing.ts";
import { importText as text } from "../../i18n/later/import-text.ts";
import { formatCount } from "../../i18n/numbers.ts";

interface ImportView {
  readonly file: File | null;
  /** Null while the file is being read, and once it is cancelled. */
  readonly state: Import | null;
  readonly failure: ImportFailure | null;
  /** The pass that a person cancelled. */
  readonly cancelled: ImportPass["kind"] | null;
  readonly isRunning: boolean;
}

/** What failed: taking the file or a change of the form, or a pass over it. */
type Step = "read" | "change" | ImportPass["kind"];

interface ImportFailure {
  readonly step: Step;
  readonly message: string;
}

const EMPTY: ImportView = { file: null, state: null, failure: null, cancelled: null, isRunning: false };

class ImportSession {
  readonly shown = new Signal<ImportView>(EMPTY);
  #isOpen = false;
  #abort: AbortController | null = null;
  /** Changes of the form that the hub has not taken yet. */
  #unsent: ImportFormChanges = {};
  #sending: Promise<void> = Promise.resolve();

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
    await this.#attempt("read", () => beginImport(file));
  }

  /** Shown at once, and sent one request after the other, since people tab through fields fast. */
  change(changes: ImportFormChanges): void {
    const { state } = this.shown.get();
    if (state === null) return;
    this.#unsent = { ...this.#unsent, ...changes };
    this.#show({ state: this.#withUnsent(state) });
    this.#sending = this.#sending.then(() => this.#sendChanges());
  }

  /** Resolves once it has ended, also on failure. A change of the form that failed is sent first: without it nothing is run. */
  async run(kind: ImportPass["kind"]): Promise<void> {
    this.#sending = this.#sending.then(() => this.#sendChanges());
    await this.#sending;
    const { state, file, isRunning } = this.shown.get();
    if (state === null || file === null || isRunning || this.#hasUnsent()) return;
    const abort = new AbortController();
    const { signal } = abort;
    this.#abort = abort;
    this.#show({ isRunning: true });
    window.addEventListener("beforeunload", warnBeforeUnload);
    const onProgress = (next: Import) => this.#show({ state: next });
    const options = { kind, signal, onProgress };
    await this.#attempt(kind, () => onImport(state, file, (id) => runImport(id, file, options)));
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
    if (failure !== null) announce(failure.message);
    else if (pass?.kind === "store") announce(text.finished(name, formatCount(pass.counts.fresh)));
  }

  async #sendChanges(): Promise<void> {
    const { state, file } = this.shown.get();
    if (state === null || file === null || !this.#hasUnsent()) return;
    const changes = this.#unsent;
    this.#unsent = {};
    await this.#attempt("change", () => onImport(state, file, (id) => changeImport(id, changes)));
    const after = this.shown.get();
    if (after.failure !== null && after.file === file) this.#unsent = { ...changes, ...this.#unsent };
  }

  #hasUnsent(): boolean {
    return Object.keys(this.#unsent).length > 0;
  }

  #withUnsent(state: Import): Import {
    return { ...state, form: { ...state.form, ...this.#unsent } };
  }

  async #attempt(step: Step, act: () => Promise<Import>): Promise<void> {
    this.#show({ failure: null, cancelled: null });
    const { file } = this.shown.get();
    try {
      const state = await act();
      // Another file may have been chosen meanwhile.
      if (this.shown.get().file === file) this.#show({ state: this.#withUnsent(state) });
      else this.#end(state);
    } catch (error) {
      const failure = { step, message: text.failed[step](reasonOf(error)) };
      if (this.shown.get().file === file) this.#show({ failure });
    }
  }

  #forget(): void {
    const { state } = this.shown.get();
    this.#unsent = {};
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
  // Chromium before 119 heeds this alone.
  event.returnValue = true;
}

export const importSession = new ImportSession();
