// The import of this window. It goes on while other pages are open, and the import page finds it again; one at a time.
// Invariant: the hub holds no import of this window that the window has lost, but for one whose window was closed.
import type { Import, ImportForm, ImportFormChanges, ImportPass } from "../../../shared/history/import.ts";
import { announce } from "../../api/announcements.ts";
import { explain } from "../../api/client.ts";
import { Signal } from "../../api/feed/signal.ts";
import { beginImport, changeImport, endImport, runImport } from "../../api/history/importing.ts";
import { importText as text } from "../../i18n/later/import-text.ts";
import { formatCount } from "../../i18n/numbers.ts";

interface ImportShown {
  readonly file: File | null;
  /** Null while the file is being read, and once it is cancelled. */
  readonly state: Import | null;
  readonly failure: string | null;
  /** What was under way when a person cancelled. */
  readonly cancelled: ImportPass["kind"] | null;
  readonly isRunning: boolean;
}

const NOTHING: ImportShown = { file: null, state: null, failure: null, cancelled: null, isRunning: false };

class ImportSession {
  readonly shown = new Signal<ImportShown>(NOTHING);
  #isOpen = false;
  #ending: AbortController | null = null;
  #changing: Promise<void> = Promise.resolve();

  /** The page is shown until the answer is called. What nobody looks at and does not run is ended. */
  open(): () => void {
    this.#isOpen = true;
    return () => {
      this.#isOpen = false;
      if (!this.shown.get().isRunning) this.#forget();
    };
  }

  /** While another file is being taken in, nothing happens. */
  async choose(file: File): Promise<void> {
    if (this.shown.get().isRunning) return;
    this.#forget();
    this.shown.set({ ...NOTHING, file });
    await this.#attempt(() => beginImport(file));
  }

  /** Changes come one after the other, each made of what the one before it has left: people tab through fields fast. */
  change(changesOf: (form: ImportForm) => ImportFormChanges): void {
    this.#changing = this.#changing.then(async () => {
      const { state } = this.shown.get();
      if (state !== null) await this.#attempt(() => changeImport(state.id, changesOf(state.form)));
    });
  }

  /** Resolves once it has ended, in whatever way. */
  async run(kind: ImportPass["kind"]): Promise<void> {
    await this.#changing;
    const { state, file, isRunning } = this.shown.get();
    if (state === null || file === null || isRunning) return;
    const ending = new AbortController();
    const { signal } = ending;
    this.#ending = ending;
    this.#show({ isRunning: true });
    window.addEventListener("beforeunload", askToStay);
    const onProgress = (next: Import) => this.#show({ state: next });
    await this.#attempt(() => runImport(state.id, file, { kind, signal, onProgress }));
    window.removeEventListener("beforeunload", askToStay);
    if (signal.aborted) {
      this.#forget();
      this.shown.set({ ...NOTHING, file, cancelled: kind });
    }
    this.#show({ isRunning: false });
    if (!this.#isOpen) this.#tell(file.name);
  }

  cancel(): void {
    this.#ending?.abort();
  }

  /** To those who look at another page. */
  #tell(name: string): void {
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
      // Meanwhile another file may have been chosen.
      if (this.shown.get().file === file) this.#show({ state });
      else this.#end(state);
    } catch (error) {
      if (this.shown.get().file === file) this.#show({ failure: text.failed(reasonOf(error)) });
    }
  }

  #forget(): void {
    const { state } = this.shown.get();
    this.shown.set(NOTHING);
    if (state !== null) this.#end(state);
  }

  /** The hub ends those that nobody asks for, too. */
  #end({ id }: Import): void {
    endImport(id).catch((error: unknown) => console.warn("the import was not ended", error));
  }

  #show(changes: Partial<ImportShown>): void {
    this.shown.set({ ...this.shown.get(), ...changes });
  }
}

/** A file that was changed, moved or taken out with its stick cannot be read any more: the hub has no part in that. */
function reasonOf(error: unknown): string {
  if (error instanceof DOMException && (error.name === "NotReadableError" || error.name === "NotFoundError"))
    return text.fileChanged;
  return error instanceof Error ? explain(error) : String(error);
}

function askToStay(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

export const importSession = new ImportSession();
