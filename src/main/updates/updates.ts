// New versions of the app, by electron-updater: asked for once a day, fetched, and put in place when the app quits or when its user says
// so. Off until an address is given. A feed may name a percentage of computers that get a version first (stagingPercentage).
// Order: the hub stops, with everything it acknowledged on the disk; the new version is put in place; it starts, and what devices could
// not send meanwhile comes then.
import { EventEmitter } from "node:events";
import { app } from "electron";
import type { AppUpdater } from "electron-updater";
import type { UpdateState } from "../../shared/bridge.ts";
import type { DesktopLog } from "../desktop-log.ts";
import { isGoodAddress, type UpdateSource } from "./update-source.ts";

const CHECK_PERIOD_MS = 24 * 3_600_000;
/** A system package prompts for a password, so it is installed only on request. */
const INSTALLS_ON_QUIT = process.platform !== "linux" || process.env["APPIMAGE"] !== undefined;

export interface UpdatesOptions {
  /** Read at each check, since the user may change the address. */
  readonly source: () => UpdateSource;
  /** Resolves when the hub has exited. */
  readonly stopHub: () => Promise<void>;
  readonly log: DesktopLog;
}

export class Updates extends EventEmitter<{ state: [UpdateState] }> {
  readonly #options: UpdatesOptions;
  #updater: AppUpdater | null = null;
  #state: UpdateState = { kind: "off" };
  #timer: NodeJS.Timeout | null = null;
  /** Aborted when the address changes. */
  #address = new AbortController();
  /** Resolves when the updater has nothing to do: a check meanwhile would get the outcome of the one that runs. */
  #running: Promise<void> = Promise.resolve();

  constructor(options: UpdatesOptions) {
    super();
    this.#options = options;
  }

  get state(): UpdateState {
    return this.#state;
  }

  /** Checks now and once a day. Never throws. */
  start(): void {
    this.stop();
    this.#timer = setInterval(() => void this.check(), CHECK_PERIOD_MS);
    void this.check();
  }

  /** Discards what was downloaded, or is being downloaded, from the previous address. */
  addressChanged(): void {
    this.#address.abort();
    this.#address = new AbortController();
    if (this.#updater !== null) this.#updater.autoInstallOnAppQuit = false;
    this.#enter({ kind: "off" });
    this.start();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Never rejects. */
  async check(): Promise<void> {
    const { signal } = this.#address;
    const source = this.#options.source();
    if (["checking", "downloading", "ready"].includes(this.#state.kind)) return;
    if (source.address === "") return this.#enter({ kind: "off" });
    if (!isGoodAddress(source)) return this.#enter({ kind: "failed", reason: "address" });
    this.#enter({ kind: "checking" });
    this.#running = this.#running.then(() => this.#checkAt(source, signal));
    await this.#running;
  }

  /** Puts a version that is ready in place and starts it. Where that fails, this version starts again. */
  async install(): Promise<void> {
    const updater = this.#updater;
    if (updater === null || this.#state.kind !== "ready") return;
    await this.#options.stopHub();
    updater.once("error", () => {
      app.relaunch();
      app.exit(1);
    });
    updater.quitAndInstall(true, true);
  }

  async #checkAt(source: UpdateSource, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    try {
      const outcome = await this.#fetch(await this.#aim(source), signal);
      if (!signal.aborted) this.#enter(outcome);
    } catch (error) {
      if (signal.aborted) return;
      this.#options.log.error("The server of new versions could not be asked:", error);
      this.#enter({ kind: "failed", reason: "server" });
    }
  }

  async #fetch(updater: AppUpdater, signal: AbortSignal): Promise<UpdateState> {
    const found = await updater.checkForUpdates();
    // A folder, or a checkout, that nothing installed.
    if (found === null) return { kind: "failed", reason: "not-installed" };
    const { version } = found.updateInfo;
    if (!found.isUpdateAvailable) return { kind: "current", version: app.getVersion() };
    if (signal.aborted) return { kind: "off" };
    this.#enter({ kind: "downloading", version });
    const cancel = () => found.cancellationToken?.cancel();
    // Not before: it would put in place what came from another address. Not later: the updater looks at it now.
    const onDownloaded = () => {
      updater.autoInstallOnAppQuit = INSTALLS_ON_QUIT && !signal.aborted;
    };
    signal.addEventListener("abort", cancel);
    updater.on("update-downloaded", onDownloaded);
    try {
      await updater.downloadUpdate(found.cancellationToken);
      return { kind: "ready", version };
    } finally {
      signal.removeEventListener("abort", cancel);
      updater.off("update-downloaded", onDownloaded);
    }
  }

  /** 0.4 MB of code that an app without an address does not load. */
  async #aim({ address, publicKey }: UpdateSource): Promise<AppUpdater> {
    const { autoUpdater } = await import("electron-updater");
    const { SignedFeed } = await import("./signed-feed.ts");
    const { log } = this.#options;
    autoUpdater.logger = {
      info: () => undefined,
      warn: (text: string) => log.warn(text),
      error: (text: string) => log.error(text),
    };
    autoUpdater.autoDownload = false;
    autoUpdater.autoInstallOnAppQuit = false;
    autoUpdater.setFeedURL(
      publicKey === null
        ? { provider: "generic", url: address }
        : { provider: "custom", updateProvider: SignedFeed, url: address, publicKey },
    );
    this.#updater = autoUpdater;
    return autoUpdater;
  }

  #enter(state: UpdateState): void {
    this.#state = state;
    this.emit("state", state);
  }
}
