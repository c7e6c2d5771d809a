// What the desktop app does on this computer: starts at login, keeps it awake, shows an icon in the tray. A small file in the
// user's folder keeps it; one that cannot be read stops nothing.
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { powerSaveBlocker } from "electron";
import type { DesktopSettings } from "../../shared/bridge.ts";
import type { DesktopLog } from "../desktop-log.ts";
import { replaceJsonFile } from "./json-file.ts";
import type { LoginStart } from "./login-start.ts";

const DEFAULTS: DesktopSettings = { atLogin: false, keepAwake: false, tray: true, updateAddress: "" };
const MAX_ADDRESS_LENGTH = 500;

export interface DesktopPreferencesOptions {
  readonly file: string;
  readonly log: DesktopLog;
  readonly loginStart: LoginStart;
  /** Shows or removes the icon. */
  readonly showTray: (isShown: boolean) => void;
  /** The address of new versions is another one. */
  readonly onUpdateAddress: () => void;
}

export class DesktopPreferences {
  readonly #options: DesktopPreferencesOptions;
  #settings: DesktopSettings;
  #blocker: number | null = null;

  constructor(options: DesktopPreferencesOptions) {
    this.#options = options;
    this.#settings = read(options.file);
  }

  /** After `ready`. */
  start(): void {
    try {
      this.#options.loginStart.renew();
    } catch (error) {
      this.#options.log.warn("The entry that starts the app at login could not be renewed:", error);
    }
    this.#options.showTray(this.#settings.tray);
    this.#keepAwake(this.#settings.keepAwake);
  }

  get settings(): DesktopSettings {
    return { ...this.#settings, atLogin: this.#options.loginStart.isOn };
  }

  /** What the page sends is not trusted to have the right shape. Throws where it cannot be saved: then nothing has changed. */
  change(changes: unknown): DesktopSettings {
    const { log, file, loginStart, showTray, onUpdateAddress } = this.#options;
    const before = this.settings;
    const next = withChanges(before, changes);
    const isOtherAtLogin = next.atLogin !== before.atLogin;
    try {
      if (isOtherAtLogin) loginStart.set(next.atLogin);
      mkdirSync(dirname(file), { recursive: true });
      replaceJsonFile(file, next);
    } catch (error) {
      log.error("The settings of the desktop app could not be saved:", error);
      if (isOtherAtLogin) loginStart.set(before.atLogin);
      throw error;
    }
    this.#settings = next;
    showTray(next.tray);
    this.#keepAwake(next.keepAwake);
    if (next.updateAddress !== before.updateAddress) onUpdateAddress();
    return next;
  }

  #keepAwake(isOn: boolean): void {
    if (isOn === (this.#blocker !== null)) return;
    if (this.#blocker !== null) powerSaveBlocker.stop(this.#blocker);
    this.#blocker = isOn ? powerSaveBlocker.start("prevent-app-suspension") : null;
  }
}

function read(file: string): DesktopSettings {
  try {
    return withChanges(DEFAULTS, JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // None was saved yet, or it is none of ours.
    return DEFAULTS;
  }
}

function withChanges(settings: DesktopSettings, changes: unknown): DesktopSettings {
  if (typeof changes !== "object" || changes === null) return settings;
  const of = (name: "atLogin" | "keepAwake" | "tray"): boolean => {
    const value: unknown = Reflect.get(changes, name);
    return typeof value === "boolean" ? value : settings[name];
  };
  const address: unknown = Reflect.get(changes, "updateAddress");
  const isAddress = typeof address === "string" && address.length <= MAX_ADDRESS_LENGTH;
  const updateAddress = isAddress ? address.trim() : settings.updateAddress;
  return { atLogin: of("atLogin"), keepAwake: of("keepAwake"), tray: of("tray"), updateAddress };
}
