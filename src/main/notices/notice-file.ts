// Keeps in a small file which notices people want, the language they read, and whether they have seen the hint that the app goes on
// in the tray when its window closes. A file that cannot be read or written costs these, and nothing else.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { NoticeSettings, USUAL_NOTICES } from "../../shared/notices/notices.ts";
import type { DesktopLog } from "../desktop-log.ts";

const Kept = Type.Object({
  settings: NoticeSettings,
  language: Type.Union([Type.Literal("en"), Type.Literal("ko")]),
  isTrayHintShown: Type.Optional(Type.Boolean()),
});
type Kept = Static<typeof Kept>;

export class NoticeFile {
  readonly #file: string;
  readonly #log: DesktopLog;
  #kept: Kept;

  /** `language`: of the system. */
  constructor(file: string, language: Kept["language"], log: DesktopLog) {
    this.#file = file;
    this.#log = log;
    this.#kept = this.#read() ?? { settings: USUAL_NOTICES, language };
  }

  get kept(): Kept {
    return this.#kept;
  }

  change(changes: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...changes };
    const unfinished = `${this.#file}.new`;
    try {
      writeFileSync(unfinished, JSON.stringify(this.#kept), { mode: 0o600 });
      renameSync(unfinished, this.#file);
    } catch (error) {
      this.#log.warn("The notice settings cannot be saved:", error);
    }
  }

  #read(): Kept | undefined {
    try {
      if (!existsSync(this.#file)) return undefined;
      const kept: unknown = JSON.parse(readFileSync(this.#file, "utf8"));
      if (Value.Check(Kept, kept)) return kept;
      this.#log.warn("The notice settings are not readable, and start anew.");
    } catch (error) {
      this.#log.warn("The notice settings cannot be read:", error);
    }
    return undefined;
  }
}
