// The installer for one Pi: with the hub's own address and ports, and with the authority to trust where TLS is on.
// Invariant: a name in it is one that the hub's certificate is good for, or that a person gave the hub; an address is the hub's
// own, or in a container that of the request (`requested-host.ts`).
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join, sep } from "node:path";
import type { HubInfo } from "../../../../shared/api.ts";
import { isLoopback, lanAddresses, plainAddress } from "../../../access/networks.ts";
import { inUrl } from "../../../endpoints.ts";

const PACKAGE = "bramble_agent";
const SINGLE_FILES = ["bramble-agent", "bramble-agent.service", "bramble-agent.toml"] as const;

/** The TLS of the hub. */
export interface HubTls {
  /** PEM of the hub's own authority; null where it has none. */
  readonly authorityPem: string | null;
  readonly certificate: { readonly names: readonly string[]; readonly isPublic: boolean } | null;
}

/** The parameters of the script: the hub, reached at `host`, which is an address or a name of it. */
export interface InstallerFacts {
  readonly host: string;
  readonly hub: HubInfo;
  readonly tls: HubTls;
}

export interface InstallerTemplate {
  readonly script: string;
  /** The files to install, by path. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Read once, so that checksums and files are of the same moment. */
export function readTemplate(folder: string): InstallerTemplate {
  const modules = readdirSync(join(folder, PACKAGE), { encoding: "utf8", recursive: true })
    .filter((path) => path.endsWith(".py"))
    .map((path) => [PACKAGE, ...path.split(sep)].join("/"));
  const paths = [...SINGLE_FILES, ...modules.toSorted()];
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

/** The URL of the hub's HTTP, with TLS where a Pi can verify it. */
export function hubUrl(facts: InstallerFacts): string {
  const { hub, host } = facts;
  const isSecure = speaksTls(facts);
  const port = isSecure ? hub.httpsPort : hub.httpPort;
  return `${isSecure ? "https" : "http"}://${inUrl(host)}:${port}${hub.basePath ?? ""}`;
}

/** Whether a Pi can verify the hub by TLS; where there is nothing but TLS, it has to. */
export function speaksTls({ host, hub, tls }: InstallerFacts): boolean {
  if (hub.httpsPort === undefined) return false;
  const { authorityPem, certificate } = tls;
  if (authorityPem !== null || hub.plainPorts !== undefined) return true;
  return certificate?.isPublic === true && certificate.names.includes(host);
}

export function sha256Of(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The hub that the agent uses until it has discovered it (hub.json in its state folder). */
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

/** The address at which a Pi reaches the hub: by the hub's end of its connection and the client's address. */
export function reachableAddress(local: string | undefined, client: string, addresses: readonly string[]): string {
  const address = plainAddress(local);
  // A proxy on this computer forwards for a client on another one, which does not reach the hub by loopback.
  if (isLoopback(address) && !isLoopback(client)) return addresses[0] ?? address;
  if (!/^fe[89ab]/i.test(address)) return address;
  // Link-local IPv6 means nothing without the Pi's own name for the network: another address of that interface does.
  const interfaces = Object.values(networkInterfaces()).map((all) => all ?? []);
  const neighbours = interfaces.find((all) => all.some((one) => one.address === address)) ?? [];
  return neighbours.find(({ family }) => family === "IPv4")?.address ?? lanAddresses()[0] ?? address;
}
