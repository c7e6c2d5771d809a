// A browser and its system in plain words, from its User-Agent: "Firefox on Windows".
import { accessText } from "./later/access-text.ts";

const t = accessText.people;

/** The first that fits counts: Edge calls itself Chrome, too, and Chrome Safari. */
const BROWSERS = [
  ["Edg", "Edge"],
  ["OPR", "Opera"],
  ["Firefox", "Firefox"],
  ["FxiOS", "Firefox"],
  ["CriOS", "Chrome"],
  ["Chrome", "Chrome"],
  ["Safari", "Safari"],
] as const;
const SYSTEMS = [
  ["iPhone", t.systems.iphone],
  ["iPad", t.systems.ipad],
  ["Android", t.systems.android],
  ["Windows", t.systems.windows],
  ["Mac OS", t.systems.mac],
  ["Linux", t.systems.linux],
] as const;

export function browserName(userAgent: string): string {
  const browser = BROWSERS.find(([sign]) => userAgent.includes(sign))?.[1];
  const system = SYSTEMS.find(([sign]) => userAgent.includes(sign))?.[1];
  if (browser === undefined) return userAgent === "" ? t.unknownProgram : userAgent;
  return system === undefined ? browser : t.browserOn(browser, system);
}
