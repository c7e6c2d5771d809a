// The settings of reaching the hub from outside, in one record, and their changes by requests. Secrets are never answered:
// `publicSettings` has none.
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { type Static, Type } from "typebox";
import type { Problem } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import { ChallengeType, type ProviderChange, type ReachChange, type ReachStatus } from "../../shared/security/reach.ts";
import type { RecordKind } from "../store/records.ts";

const ProviderSettings = Type.Union([
  Type.Object({ kind: Type.Literal("none") }),
  Type.Object({ kind: Type.Literal("duckdns"), token: Type.String() }),
  Type.Object({ kind: Type.Literal("desec"), token: Type.String() }),
  Type.Object({ kind: Type.Literal("cloudflare"), token: Type.String() }),
  Type.Object({ kind: Type.Literal("command"), command: Type.Array(Type.String()) }),
  Type.Object({ kind: Type.Literal("url"), url: Type.String(), username: Type.String(), password: Type.String() }),
]);
export type ProviderSettings = Static<typeof ProviderSettings>;

const ReachSettings = Type.Object({
  /** In lower case; empty where there is none. */
  name: Type.String(),
  provider: ProviderSettings,
  ddns: Type.Boolean(),
  lookupUrls: Type.Array(Type.String()),
  acme: Type.Object({
    on: Type.Boolean(),
    challenge: ChallengeType,
    /** A URL, or one of `DIRECTORIES`. */
    directory: Type.String(),
    /** PEM; empty for the authorities that everybody trusts. */
    directoryCa: Type.String(),
    email: Type.String(),
    termsAgreed: Type.Boolean(),
  }),
});
export type ReachSettings = Static<typeof ReachSettings>;

export const reachSettingsRecords: RecordKind<typeof ReachSettings> = {
  name: "reach",
  schema: ReachSettings,
  idOf: () => "settings",
};

const DIRECTORIES = new Map([
  ["letsencrypt", "https://acme-v02.api.letsencrypt.org/directory"],
  ["letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory"],
]);

export const DEFAULT_REACH_SETTINGS: ReachSettings = {
  name: "",
  provider: { kind: "none" },
  ddns: false,
  lookupUrls: ["https://api.ipify.org/", "https://ipv4.icanhazip.com/", "https://checkip.amazonaws.com/"],
  acme: { on: false, challenge: "dns-01", directory: "letsencrypt", directoryCa: "", email: "", termsAgreed: false },
};

/** The URL of a directory that may be named. */
export function directoryUrlOf({ acme }: ReachSettings): string {
  return DIRECTORIES.get(acme.directory) ?? acme.directory;
}

/** The settings without their secrets. */
export function publicSettings({ name, provider, ddns, lookupUrls, acme }: ReachSettings): ReachStatus["settings"] {
  const { on, challenge, directory, email, termsAgreed } = acme;
  return {
    name,
    provider: {
      kind: provider.kind,
      hasCredentials: "token" in provider || ("password" in provider && provider.password !== ""),
      ...("url" in provider && { host: new URL(provider.url).host }),
    },
    ddns,
    lookupUrls: [...lookupUrls],
    acme: { on, challenge, directory, email, termsAgreed },
  };
}

/** The settings with the change in them, or what is wrong with it. `commandFolder` holds the programs that may be named. */
export function changeSettings(
  settings: ReachSettings,
  change: ReachChange,
  commandFolder: string,
): ReachSettings | Problem {
  const quote = (field: string, text: string) => ({ field, value: text.slice(0, 80) });
  const name = change.name === undefined ? settings.name : parseName(change.name);
  if (name === null) return message("bad-request/reach-name", quote("name", change.name ?? ""));
  const provider = changeProvider(settings.provider, change.provider, commandFolder);
  if ("code" in provider) return provider;
  const lookupUrls = change.lookupUrls ?? settings.lookupUrls;
  const badLookup = lookupUrls.find((url) => !isHttps(url));
  if (badLookup !== undefined) return message("bad-request/reach-url", quote("lookupUrls", badLookup));
  const acme = { ...settings.acme, ...change.acme };
  const { directory, directoryCa, email } = acme;
  if (!DIRECTORIES.has(directory) && !isHttps(directory))
    return message("bad-request/reach-url", quote("acme.directory", directory));
  if (directoryCa !== "" && !isCertificate(directoryCa))
    return message("bad-request/reach-ca", { field: "acme.directoryCa" });
  if (email !== "" && !/^[^\s@,;:<>?&]+@[^\s@,;:<>?&]+\.[^\s@,;:<>?&]+$/.test(email))
    return message("bad-request/reach-email", quote("acme.email", email));
  const changed = { name, provider, ddns: change.ddns ?? settings.ddns, lookupUrls: [...lookupUrls], acme };
  return whyInconsistent(changed) ?? changed;
}

function whyInconsistent({ name, provider, ddns, acme }: ReachSettings): Problem | null {
  if (ddns && name === "") return message("bad-request/reach-needs-name", { field: "ddns" });
  if (ddns && provider.kind === "none") return message("bad-request/reach-needs-ddns-provider", { field: "ddns" });
  if (!acme.on) return null;
  if (name === "") return message("bad-request/reach-needs-name", { field: "acme.on" });
  if (!acme.termsAgreed) return message("bad-request/reach-terms", { field: "acme.termsAgreed" });
  const setsRecords = provider.kind !== "none" && provider.kind !== "url";
  if (acme.challenge === "dns-01" && !setsRecords)
    return message("bad-request/reach-needs-provider", { field: "acme.challenge" });
  return null;
}

function changeProvider(
  current: ProviderSettings,
  change: ProviderChange | undefined,
  commandFolder: string,
): ProviderSettings | Problem {
  if (change === undefined) return current;
  switch (change.kind) {
    case "none":
      return { kind: "none" };
    case "duckdns":
    case "desec":
    case "cloudflare": {
      const kept = current.kind === change.kind ? current.token : "";
      const token = change.token ?? kept;
      if (!/^[\x21-\x7e]+$/.test(token)) return message("bad-request/reach-credentials", { field: "provider.token" });
      return { kind: change.kind, token };
    }
    case "command": {
      const [program = "", ...args] = change.command;
      if (!/^[\w][\w.-]*$/.test(program))
        return message("bad-request/reach-command", { field: "provider.command", folder: commandFolder });
      return { kind: "command", command: [program, ...args] };
    }
    case "url": {
      const { url, username = "", password = "" } = change;
      if (!isTemplate(url)) return message("bad-request/reach-url-template", { field: "provider.url" });
      return { kind: "url", url, username, password };
    }
  }
}

/** A name for the internet, as DNS has it; null where it is none. */
function parseName(text: string): string | null {
  if (text === "") return "";
  const name = domainToASCII(text.trim().replace(/\.$/, "")).toLowerCase();
  const labels = name.split(".");
  const isSound = labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
  const isLocal = LOCAL_ZONES.some((zone) => name.endsWith(zone));
  return isSound && labels.length > 1 && name.length <= 253 && isIP(name) === 0 && !isLocal ? name : null;
}

const LOCAL_ZONES = [".local", ".localhost", ".internal", ".lan", ".home.arpa"];

function isHttps(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === "https:";
}

function isTemplate(url: string): boolean {
  const isKnown = !/[{}]/.test(url.replaceAll(/\{(name|ipv4|ipv6)\}/g, ""));
  return isHttps(url) && !/[{}]/.test(new URL(url).host) && isKnown && /\{ipv[46]\}/.test(url);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}
