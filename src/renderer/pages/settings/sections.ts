// The sections of the page and the settings in each, by which a search finds them: by their names, and by words that people
// think of in their place.
import { notificationText } from "../../i18n/later/notification-text.ts";
import { finderOf } from "../../i18n/search.ts";
import { moveText } from "../../i18n/settings/move-text.ts";
import { settingsText as text } from "../../i18n/settings/text.ts";
import { choicesOf } from "../../i18n/units.ts";
import type { SettingsSection } from "../../shell/use-route.ts";

export type SettingId = (typeof SETTINGS)[number]["id"];

const SETTINGS = [
  { id: "name", section: "hub", words: [text.name] },
  { id: "addresses", section: "hub", words: [text.addresses, "IP", "URL", "mdns", "bramble.local"] },
  { id: "phone", section: "hub", words: [text.phone, text.link, "QR"] },
  { id: "advertise", section: "hub", words: [text.advertise, "mDNS", "Bonjour", "discovery"] },
  { id: "mdnsLabel", section: "hub", words: [text.mdnsLabel, "mDNS", "bramble.local", "discovery"] },
  { id: "ports", section: "hub", words: [text.ports, "host", "MQTT", "HTTP"] },
  { id: "atLogin", section: "desktop", words: [text.atLogin, "autostart"] },
  { id: "keepAwake", section: "desktop", words: [text.keepAwake, "sleep"] },
  { id: "tray", section: "desktop", words: [text.tray] },
  { id: "updates", section: "desktop", words: [text.updates, "update", "version"] },
  {
    id: "notices",
    section: "desktop",
    words: [notificationText.title, ...Object.values(notificationText.kinds), notificationText.quiet],
  },
  {
    id: "stored",
    section: "storage",
    words: [text.size, text.stored, text.growth, text.until, text.dataFolder, "disk"],
  },
  { id: "retention", section: "storage", words: [text.retention, text.rules] },
  { id: "nightly", section: "backups", words: [text.nightly, text.backUpNow, text.hour] },
  { id: "folder", section: "backups", words: [text.folder] },
  { id: "passphrase", section: "backups", words: [text.passphrase, "passphrase"] },
  { id: "backups", section: "backups", words: [text.list, text.restore] },
  { id: "move", section: "move", words: [moveText.title, "PostgreSQL", "MySQL", "MariaDB", "database"] },
  { id: "setUp", section: "setUp", words: [text.export, text.apply, "config", "JSON"] },
  { id: "access", section: "access", words: Object.values(text.accessLinks) },
  { id: "language", section: "window", words: [text.language, "language", "한국어"] },
  { id: "theme", section: "window", words: [text.theme, "theme", "dark"] },
  { id: "temperature", section: "window", words: [text.units.temperature, "°C", "°F", "units"] },
  { id: "pressure", section: "window", words: [text.units.pressure, ...choicesOf("pressure"), "units"] },
  { id: "speed", section: "window", words: [text.units.speed, ...choicesOf("speed"), "units"] },
  { id: "length", section: "window", words: [text.units.length, ...choicesOf("length"), "units"] },
  { id: "password", section: "window", words: [text.password, text.changePassword, "password"] },
  { id: "about", section: "about", words: [text.version, text.hubId, text.licence, text.apiDocs] },
] as const satisfies readonly {
  readonly id: string;
  readonly section: SettingsSection;
  readonly words: readonly string[];
}[];

/** A search finds a section by its name, with all that is in it, but for those that are not shown. */
export function findSettings(query: string, hidden: readonly SettingId[]): ReadonlySet<SettingId> {
  const fits = finderOf(query);
  const shown = SETTINGS.filter(({ id }) => !hidden.includes(id));
  return new Set(shown.filter(({ section, words }) => fits([text.sections[section], ...words])).map(({ id }) => id));
}

export function sectionsOf(found: ReadonlySet<SettingId>): ReadonlySet<SettingsSection> {
  return new Set(SETTINGS.filter(({ id }) => found.has(id)).map(({ section }) => section));
}
