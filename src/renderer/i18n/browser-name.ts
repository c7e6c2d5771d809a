// A browser and its system in plain words, from its User-Agent: "Firefox on Windows".

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
  ["iPhone", "an iPhone"],
  ["iPad", "an iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["Mac OS", "a Mac"],
  ["Linux", "Linux"],
] as const;

export function browserName(userAgent: string): string {
  const browser = BROWSERS.find(([sign]) => userAgent.includes(sign))?.[1];
  const system = SYSTEMS.find(([sign]) => userAgent.includes(sign))?.[1];
  if (browser === undefined) return userAgent === "" ? "an unknown program" : userAgent;
  return system === undefined ? browser : `${browser} on ${system}`;
}
