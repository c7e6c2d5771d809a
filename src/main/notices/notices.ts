// Notifies people about their devices while the window is not focused: one notification of each kind, and the number of devices
// that need attention in tray, dock and title. It polls the hub, so the count may be seconds old.
import { Notification, net, powerMonitor } from "electron";
import type { DeviceList } from "../../shared/api.ts";
import type { HubState } from "../../shared/bridge.ts";
import type { Language } from "../../shared/messages/language.ts";
import { type AnyMessage, message } from "../../shared/messages/message.ts";
import { loadLanguage, render } from "../../shared/messages/render.ts";
import type { NoticeSettings } from "../../shared/notices/notices.ts";
import type { DesktopLog } from "../desktop-log.ts";
import type { HubEndpoint } from "../hub-process.ts";
import type { TrayTexts } from "../tray.ts";
import { attentionCount, DueNotices, type News } from "./news.ts";
import type { NoticeFile } from "./notice-file.ts";

const CHECK_PERIOD_MS = 10_000;
const CHECK_TIMEOUT_MS = 8_000;
const MAX_NAMES = 3;
/** A hub that died once or twice is started again sooner. */
const MAX_USUAL_PAUSE_MS = 3_000;

/** What tray, dock and title show. */
interface Attention {
  /** How many devices need it. */
  readonly count: number;
  readonly isHubDown: boolean;
  readonly texts: TrayTexts;
}

export interface NoticesOptions {
  readonly endpoint: () => HubEndpoint | undefined;
  readonly file: NoticeFile;
  readonly icon: string;
  /** Whether the window is focused: then it shows the news itself. */
  readonly isFocused: () => boolean;
  /** Opens the window, at a link of the page. */
  readonly open: (link: string) => void;
  readonly onAttention: (attention: Attention) => void;
  readonly log: DesktopLog;
}

export class Notices {
  readonly #options: NoticesOptions;
  readonly #due = new DueNotices();
  /** Those on the screen: they would lose their click with the garbage. */
  readonly #shown = new Set<Notification>();
  #timer: NodeJS.Timeout | undefined;
  #isHubDown = false;
  /** How many devices need attention. */
  #count = 0;

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  get settings(): NoticeSettings {
    return this.#options.file.stored.settings;
  }

  get language(): Language {
    return this.#options.file.stored.language;
  }

  changeSettings(settings: NoticeSettings): NoticeSettings {
    this.#options.file.changeSettings(settings);
    return settings;
  }

  /** Sets the language of the page's requests. Returns whether it has changed. */
  setLanguage(language: Language): boolean {
    const { file } = this.#options;
    if (file.stored.language === language) return false;
    file.note({ language });
    void this.#showAttention();
    return true;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#check(), CHECK_PERIOD_MS);
    powerMonitor.on("resume", () => this.#due.woke(new Date()));
    void this.#showAttention();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  hubChanged(state: HubState): void {
    if (state.kind === "running") {
      this.#due.forget();
      this.#isHubDown = false;
      void this.#check();
      return;
    }
    if (this.#isHubDown || !isDown(state)) return;
    this.#isHubDown = true;
    // Nobody knows how they are.
    this.#count = 0;
    void this.#showAttention();
    this.#due.hubFailed(state.reason);
    this.#tellFailure();
  }

  /** Notifies of the failure, unless the window is focused and shows it. */
  #tellFailure(): void {
    const reason = this.#due.takeFailure(this.settings, new Date());
    if (reason !== null && !this.#options.isFocused())
      void this.#show(message("desktop/notice/hub-failed"), reason, "#/");
  }

  /** The window was closed; the first time, a notice says where the app is now. */
  windowClosed(hasTray: boolean): void {
    const { file } = this.#options;
    if (file.stored.isTrayHintShown === true) return;
    file.note({ isTrayHintShown: true });
    const where = hasTray
      ? message("desktop/notice/lives-on-in-tray")
      : message("desktop/notice/lives-on-without-tray");
    void this.#show(message("desktop/notice/lives-on"), where, "#/");
  }

  async #check(): Promise<void> {
    this.#tellFailure();
    const devices = await this.#fetchDevices();
    if (devices === undefined) return;
    const now = new Date();
    this.#count = attentionCount(devices, now.getTime());
    await this.#showAttention();
    const news = this.#due.check(devices, this.settings, now);
    if (this.#options.isFocused()) return;
    for (const one of news) await this.#notifyOf(one);
  }

  async #showAttention(): Promise<void> {
    const [count, isHubDown] = [this.#count, this.#isHubDown];
    const summary = isHubDown ? message("desktop/tray/hub-down") : message("desktop/tray/attention", { count });
    const texts = {
      summary: await this.render(summary),
      open: await this.render(message("desktop/tray/open")),
      quit: await this.render(message("desktop/tray/quit")),
    };
    this.#options.onAttention({ count, isHubDown, texts });
  }

  /** Undefined while the hub does not answer, which its state already shows. */
  async #fetchDevices(): Promise<DeviceList["devices"] | undefined> {
    const endpoint = this.#options.endpoint();
    if (endpoint === undefined) return undefined;
    try {
      const answer = await net.fetch(`${endpoint.url}/api/v1/devices`, {
        headers: { authorization: `Bearer ${endpoint.token}` },
        signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
      });
      if (!answer.ok) return undefined;
      const { devices }: DeviceList = await answer.json();
      return devices;
    } catch (error) {
      this.#options.log.warn("The hub did not answer with its devices:", error);
      return undefined;
    }
  }

  #notifyOf({ kind, devices }: News): Promise<void> {
    const some = devices.slice(0, MAX_NAMES).map(({ name }) => name);
    const params = { some, others: devices.length - some.length };
    const [only] = devices;
    const isOne = devices.length === 1 && only !== undefined && kind !== "joining";
    const link = isOne ? `#/devices/${encodeURIComponent(only.id)}` : "#/";
    return this.#show(message(`desktop/notice/${kind}`, params), message("desktop/notice/who", params), link);
  }

  async #show(title: AnyMessage, body: AnyMessage, link: string): Promise<void> {
    const { icon, open } = this.#options;
    const notice = new Notification({ title: await this.render(title), body: await this.render(body), icon });
    this.#shown.add(notice);
    notice.on("close", () => this.#shown.delete(notice));
    notice.on("click", () => {
      this.#shown.delete(notice);
      open(link);
    });
    notice.show();
  }

  /** In the language of the person. */
  async render(text: AnyMessage): Promise<string> {
    await loadLanguage(this.language);
    return render(text, this.language, "desktop");
  }
}

/** Also one that dies whenever it is started. */
function isDown(state: HubState): state is Extract<HubState, { readonly reason: AnyMessage }> {
  if (state.kind === "restarting") return state.retryAtMs - Date.now() > MAX_USUAL_PAUSE_MS;
  return state.kind === "failed";
}
