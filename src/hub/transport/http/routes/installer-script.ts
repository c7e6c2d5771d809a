// The installer as one Pi gets it: with the hub's own address and ports, and with the authority to trust where TLS is on.
// Invariant: a name in it is one that the hub's certificate stands for, or that a person gave the hub; an address is its own, or
// in a container that which its very client asked for (`requested-host.ts`).
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { HubInfo } from "../../../../shared/api.ts";
import { isLoopback, lanAddresses, plainAddress } from "../../../access/networks.ts";
import { inUrl } from "../../../endpoints.ts";

const PACKAGE = "bramble_agent";
const SINGLE_FILES = ["bramble-agent", "bramble-agent.service", "bramble-agent.toml"] as const;

/** What the hub has of TLS. */
export interface HubTls {
  /** PEM of the hub's own authority; null where it has none. */
  readonly authorityPem: string | null;
  readonly certificate: { readonly names: readonly string[]; readonly isPublic: boolean } | null;
}

/** What the script is made of: one hub, as it is reached at `host`, which is an address or a name of it. */
export interface InstallerFacts {
  readonly host: string;
  readonly hub: HubInfo;
  readonly tls: HubTls;
}

export interface InstallerTemplate {
  readonly script: string;
  /** What is installed, by its path. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Read once, so that checksums and files are of the same moment. */
export function readTemplate(folder: string): InstallerTemplate {
  const modules = readdirSync(join(folder, PACKAGE)).filter((name) => name.endsWith(".py"));
  const paths = [...SINGLE_FILES, ...modules.toSorted().map((name) => `${PACKAGE}/${name}`)];
  const files = new Map(paths.map((path) => [path, readFileSync(join(folder, path))]));
  return { script: readFileSync(join(folder, "install.sh"), "utf8"), files };
}

export function fillIn({ script, files }: InstallerTemplate, facts: InstallerFacts): string {
  const { hub, tls } = facts;
  const sums = Array.from(files, ([path, bytes]) => `${sha256Of(bytes)}  ${path}`);
  return script
    .replaceAll("@HUB_URL@", hubUrl(facts))
    .replaceAll("@HUB@", JSON.stringify(rememberedHub(facts)))
    .replaceAll("@AUTHORITY@", speaksTls(facts) ? (tls.authorityPem ?? "").trim() : "")
    .replaceAll("@VERSION@", hub.version)
    .replaceAll("@FILES@", sums.join("\n"));
}

/** Of the hub's HTTP, with TLS where a Pi can make sure of the hub by it. */
export function hubUrl(facts: InstallerFacts): string {
  const { hub, host } = facts;
  const isSecure = speaksTls(facts);
  const port = isSecure ? hub.httpsPort : hub.httpPort;
  return `${isSecure ? "https" : "http"}://${inUrl(host)}:${port}${hub.basePath ?? ""}`;
}

/** Whether a Pi can make sure of the hub by TLS; where there is nothing but TLS, it has to. */
export function speaksTls({ host, hub, tls }: InstallerFacts): boolean {
  if (hub.httpsPort === undefined) return false;
  const { authorityPem, certificate } = tls;
  if (authorityPem !== null || hub.plainPorts !== undefined) return true;
  return certificate?.isPublic === true && certificate.names.includes(host);
}

export function sha256Of(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** What the agent goes by until it has found the hub itself (hub.json in its state folder). */
function rememberedHub({ host, hub }: InstallerFacts): object {
  const { hubId, httpPort, mqttPort, httpsPort, mqttsPort, plainPorts, basePath = "" } = hub;
  const url = (scheme: "http" | "https", port: number) => `${scheme}://${inUrl(host)}:${port}${basePath}`;
  return {
    id: hubId,
    ...(plainPorts === undefined && { http: url("http", httpPort), mqtt_port: mqttPort }),
    ...(httpsPort !== undefined && { https: url("https", httpsPort) }),
    ...(mqttsPort !== undefined && { mqtts_port: mqttsPort }),
  };
}

/** Where a Pi reaches the hub, of whose connection these are the hub's end and the client that it is for. */
export function reachableAddress(local: string | undefined, client: string, addresses: readonly string[]): string {
  const address = plainAddress(local);
  // A proxy on this computer passes on what comes from another one, which does not reach the hub by loopback.
  if (isLoopback(address) && !isLoopback(client)) return addresses[0] ?? address;
  if (!/^fe[89ab]/i.test(address)) return address;
  // Link-local IPv6 means nothing without the Pi's own name for the network: another address of that interface does.
  const interfaces = Object.values(networkInterfaces()).map((all) => all ?? []);
  const neighbours = interfaces.find((all) => all.some((one) => one.address === address)) ?? [];
  return neighbours.find(({ family }) => family === "IPv4")?.address ?? lanAddresses()[0] ?? address;
}
