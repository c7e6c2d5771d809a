// Which exports are read at once: for each the reader holds a window of rows, some 4 MB. While its client takes a piece, which may be
// slow, a file gives its window to one that waits; the reader makes it again for the next piece.

const WINDOWS_AT_ONCE = 8;

interface Waiting {
  readonly drop: () => void;
  readonly begin: () => void;
}

export class ExportTurns {
  /** By file that has a window: what drops it. */
  readonly #windows = new Map<number, () => void>();
  /** Of those, the files whose clients are taking a piece. */
  readonly #paused = new Set<number>();
  /** In the order in which they began to wait. */
  readonly #waiting = new Map<number, Waiting>();

  /** Resolves once the file may be read on; `drop` is called where it loses its window to another. */
  async begin(file: number, drop: () => void): Promise<void> {
    this.#paused.delete(file);
    if (this.#windows.has(file)) return;
    await new Promise<void>((begin) => {
      this.#waiting.set(file, { drop, begin });
      this.#admit();
    });
  }

  /** Nothing more is read until the client has taken what was. */
  pause(file: number): void {
    if (this.#windows.has(file)) this.#paused.add(file);
    this.#admit();
  }

  /** The file is read, or wanted no more. */
  end(file: number): void {
    this.#waiting.delete(file);
    this.#paused.delete(file);
    this.#windows.delete(file);
    this.#admit();
  }

  #admit(): void {
    for (const [file, { drop, begin }] of this.#waiting) {
      if (this.#windows.size >= WINDOWS_AT_ONCE && !this.#dropPaused()) return;
      this.#waiting.delete(file);
      this.#windows.set(file, drop);
      begin();
    }
  }

  #dropPaused(): boolean {
    const [file] = this.#paused;
    if (file === undefined) return false;
    this.#paused.delete(file);
    this.#windows.get(file)?.();
    this.#windows.delete(file);
    return true;
  }
}
