// Whether the system starts the app at login. The system's own settings say so, not ours: a person may have changed them there.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { app } from "electron";
import { isEntryOn, loginEntry, programOf } from "./login-entry.ts";

export class LoginStart {
  readonly #flags: readonly string[];

  /** `flags` are those of the hub that the app was started with: at login it starts the same hub. */
  constructor(flags: readonly string[]) {
    this.#flags = flags;
  }

  get isOn(): boolean {
    if (process.platform === "linux") return isEntryOn(readEntry());
    const { openAtLogin, executableWillLaunchAtLogin } = app.getLoginItemSettings();
    // Windows has a switch of its own for each, in the task manager.
    return process.platform === "win32" ? executableWillLaunchAtLogin : openAtLogin;
  }

  /** Throws what the file system does. */
  set(isOn: boolean): void {
    if (process.platform !== "linux") app.setLoginItemSettings({ openAtLogin: isOn, args: [...this.#flags] });
    else if (isOn) this.#writeEntry();
    else rmSync(entryFile(), { force: true });
  }

  /** An AppImage may have been moved, or replaced by one of another name: the entry would start nothing. */
  renew(): void {
    if (process.platform === "linux" && this.isOn && !existsSync(programOf(readEntry()))) this.#writeEntry();
  }

  /** Desktops of Linux start what is in a folder (XDG Autostart). */
  #writeEntry(): void {
    // An AppImage runs from a mount that is removed when it ends.
    const program = process.env["APPIMAGE"] ?? process.execPath;
    const args = app.isPackaged ? this.#flags : [app.getAppPath(), ...this.#flags];
    mkdirSync(dirname(entryFile()), { recursive: true });
    writeFileSync(entryFile(), loginEntry(program, args, this.#flags.length > 0 ? process.cwd() : null));
  }
}

function entryFile(): string {
  const config = process.env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config");
  return join(config, "autostart", "bramble.desktop");
}

/** Empty where there is none. */
function readEntry(): string {
  try {
    return readFileSync(entryFile(), "utf8");
  } catch {
    return "";
  }
}
