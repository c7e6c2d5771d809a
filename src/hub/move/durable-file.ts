// A small JSON file in the data folder that is written atomically, over a crash of the process or the computer.
import { open, readFile, rename, rm } from "node:fs/promises";
import type { Static, TSchema } from "typebox";
import { Value } from "typebox/value";
import { errorCode } from "../../shared/error-text.ts";
import { flushName } from "../files/flush.ts";
import { Mutex } from "../mutex.ts";

export class DurableFile<S extends TSchema> {
  readonly path: string;
  readonly #schema: S;
  /** The last one stays. */
  readonly #writes = new Mutex();

  constructor(path: string, schema: S) {
    this.path = path;
    this.#schema = schema;
  }

  /** Null where the file does not exist. Rejects where its content does not match the schema. */
  async read(): Promise<Static<S> | null> {
    const text = await readFile(this.path, "utf8").catch((error: unknown) => {
      if (errorCode(error) === "ENOENT") return null;
      throw error;
    });
    return text === null ? null : Value.Parse(this.#schema, JSON.parse(text));
  }

  /** Resolves once it is on the disk; null removes it. */
  write(content: Static<S> | null): Promise<void> {
    const text = content === null ? null : JSON.stringify(content);
    return this.#writes.runExclusive(() => this.#write(text));
  }

  async #write(text: string | null): Promise<void> {
    if (text === null) {
      await rm(this.path, { force: true });
      return;
    }
    const unfinished = `${this.path}.new`;
    const file = await open(unfinished, "w", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, this.path);
    flushName(this.path);
  }
}
