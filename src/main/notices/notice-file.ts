// Stores which notices people want, their language, and whether they have seen the hint that the app continues in the tray. A person
// learns that settings could not be saved; the rest is then known until the app ends.
import { existsSync, readFileSync } from "node:fs";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { NoticeSettings, USUAL_NOTICES } from "../../shared/notices/notices.ts";
import type { DesktopLog } from "../desktop-log.ts";
import { replaceJsonFile } from "../settings/json-file.ts";

const StoredNotices = Type.Object({
  settings: NoticeSettings,
  language: Type.Union([Type.Literal("en"), Type.Literal("ko")]),
  isTrayHintShown: Type.Optional(Type.Boolean()),
});
type StoredNotices = Static<typeof StoredNotices>;

export class NoticeFile {
  readonly #file: string;
  readonly #log: DesktopLog;
  #stored: StoredNotices;

  /** `language`: of the system. */
  constructor(file: string, language: StoredNotices["language"], log: DesktopLog) {
    this.#file = file;
    this.#log = log;
    this.#stored = this.#read() ?? { settings: USUAL_NOTICES, language };
  }

  get stored(): StoredNotices {
    return this.#stored;
  }

  /** Throws where they cannot be saved: then nothing has changed. */
  changeSettings(settings: NoticeSettings): void {
    const changed = { ...this.#stored, settings };
    replaceJsonFile(this.#file, changed);
    this.#stored = changed;
  }

  /** What no person set. */
  note(changes: Partial<Omit<StoredNotices, "settings">>): void {
    this.#stored = { ...this.#stored, ...changes };
    try {
      replaceJsonFile(this.#file, this.#stored);
    } catch (error) {
      this.#log.warn("The notices' language cannot be saved:", error);
    }
  }

  #read(): StoredNotices | undefined {
    try {
      if (!existsSync(this.#file)) return undefined;
      const parsed: unknown = JSON.parse(readFileSync(this.#file, "utf8"));
      if (Value.Check(StoredNotices, parsed)) return parsed;
      this.#log.warn("The notice settings are not readable, and start anew.");
    } catch (error) {
      this.#log.warn("The notice settings cannot be read:", error);
    }
    return undefined;
  }
}
