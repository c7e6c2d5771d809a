// What a Pi fetches to become a device: the installer, made for the address that was asked, and the agent's files.
// Nothing of a request gets into the script: a page or a proxy that names another host cannot send a Pi elsewhere.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { ApiError, Installer, InstallerQuery } from "../../../../shared/api.ts";
import { message } from "../../../../shared/messages/message.ts";
import { lanAddresses, plainAddress } from "../../../access/networks.ts";
import { sendProblem } from "../errors.ts";
import { quoted } from "../query/query-check.ts";
import { route } from "../route.ts";

const PACKAGE = "bramble_agent";
const SINGLE_FILES = ["bramble-agent", "bramble-agent.service", "bramble-agent.toml"] as const;

export interface AgentRouteOptions {
  /** Holds the agent; a hub without it serves neither installer nor files. */
  readonly agentFolder: string;
  readonly version: string;
  readonly hubId: () => string;
  readonly httpPort: () => number;
  readonly mqttPort: () => number;
  /** Empty where there is none. */
  readonly basePath: string;
}

export function addAgentRoutes(app: FastifyInstance, options: AgentRouteOptions): void {
  const template = join(options.agentFolder, "install.sh");
  if (!existsSync(template)) return;
  const script = readFileSync(template, "utf8");
  const files = readAgentFiles(options.agentFolder);

  route(app, {
    method: "GET",
    url: "/install.sh",
    permission: "open",
    audit: null,
    schema: {
      operationId: "getInstallScript",
      tags: ["For devices"],
      summary: "Installs the agent on a Raspberry Pi",
      produces: { "text/plain": Type.String() },
    },
    handler: async (request, reply) => {
      const address = reachableAddress(plainAddress(request.socket.localAddress));
      return reply
        .header("Content-Type", "text/x-shellscript; charset=utf-8")
        .send(fillIn(script, address, files, options));
    },
  });

  route(app, {
    method: "GET",
    url: "/api/v1/installer",
    permission: "viewer",
    audit: null,
    schema: {
      operationId: "getInstaller",
      tags: ["Hub"],
      summary: "What a person can check the installer by",
      querystring: InstallerQuery,
      response: { 200: Installer, "4xx": ApiError, "5xx": ApiError },
    },
    handler: async (request, reply) => {
      const { address } = request.query;
      if (!isOwnAddress(address))
        return sendProblem(reply, message("bad-request/address", { field: "address", said: quoted(address) }));
      const sha256 = createHash("sha256")
        .update(fillIn(script, address, files, options))
        .digest("hex");
      return { url: `${hubUrl(address, options)}/install.sh`, sha256, hubId: options.hubId() };
    },
  });

  route(app, {
    method: "GET",
    url: "/agent/*",
    permission: "open",
    audit: null,
    schema: { hide: true, params: Type.Object({ "*": Type.String() }) },
    handler: async (request, reply) => {
      const bytes = files.get(request.params["*"]);
      if (bytes === undefined) return sendProblem(reply, message("no-such-route/agent-file"));
      return reply.header("Content-Type", "text/plain; charset=utf-8").send(bytes);
    },
  });
}

/** What is installed, by its path; read once, so that checksums and files are of the same moment. */
function readAgentFiles(folder: string): ReadonlyMap<string, Buffer> {
  const modules = readdirSync(join(folder, PACKAGE)).filter((name) => name.endsWith(".py"));
  const paths = [...SINGLE_FILES, ...modules.toSorted().map((name) => `${PACKAGE}/${name}`)];
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path))]));
}

function fillIn(
  template: string,
  address: string,
  files: ReadonlyMap<string, Buffer>,
  options: AgentRouteOptions,
): string {
  const { version, hubId, mqttPort } = options;
  const sums = Array.from(files, ([path, bytes]) => `${createHash("sha256").update(bytes).digest("hex")}  ${path}`);
  return template
    .replaceAll("@HUB_URL@", hubUrl(address, options))
    .replaceAll("@HUB_ID@", hubId())
    .replaceAll("@MQTT_PORT@", String(mqttPort()))
    .replaceAll("@VERSION@", version)
    .replaceAll("@FILES@", sums.join("\n"));
}

function hubUrl(address: string, { httpPort, basePath }: AgentRouteOptions): string {
  return `http://${isIP(address) === 6 ? `[${address}]` : address}:${httpPort()}${basePath}`;
}

function isOwnAddress(address: string): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address));
}

/** A link-local IPv6 address means nothing without the Pi's own name for the network: another of that interface does. */
function reachableAddress(address: string): string {
  if (!/^fe[89ab]/i.test(address)) return address;
  const interfaces = Object.values(networkInterfaces()).map((all) => all ?? []);
  const neighbours = interfaces.find((all) => all.some((one) => one.address === address)) ?? [];
  return neighbours.find(({ family }) => family === "IPv4")?.address ?? lanAddresses()[0] ?? address;
}
