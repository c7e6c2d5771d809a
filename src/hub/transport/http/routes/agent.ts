// The agent for Pis: the installer, made for the host of the request, and the agent's files.
// A page or a proxy that names another host cannot send a Pi elsewhere: see `installer-script.ts` for what gets into the script.
import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { type HubInfo, Installer, InstallerQuery } from "../../../../shared/api.ts";
import { message } from "../../../../shared/messages/message.ts";
import { isOwnAddress } from "../../../access/networks.ts";
import type { FindRequestedHost } from "../../requested-host.ts";
import { sendProblem } from "../errors.ts";
import { quoted } from "../query/query-check.ts";
import { errors, route } from "../route.ts";
import {
  fillIn,
  type HubTls,
  hubUrl,
  type InstallerFacts,
  type InstallerTemplate,
  reachableAddress,
  readTemplate,
  sha256Of,
  speaksTls,
} from "./installer-script.ts";

export interface AgentRouteOptions {
  /** Holds the agent; a hub without it serves neither installer nor files. */
  readonly agentFolder: string;
  readonly hubInfo: () => Promise<HubInfo>;
  readonly findRequestedHost: FindRequestedHost;
  readonly tls?: HubTls;
}

const WITHOUT_TLS: HubTls = { authorityPem: null, certificate: null };

export function addAgentRoutes(app: FastifyInstance, options: AgentRouteOptions): void {
  const { agentFolder } = options;
  if (!existsSync(join(agentFolder, "install.sh"))) return;
  const template = readTemplate(agentFolder);
  addScriptRoute(app, options, template);
  addInstallerRoute(app, options, template);
  addFileRoute(app, template);
}

function addScriptRoute(app: FastifyInstance, options: AgentRouteOptions, template: InstallerTemplate): void {
  route(app, {
    method: "GET",
    url: "/install.sh",
    permission: "open",
    audit: null,
    schema: {
      operationId: "getInstallScript",
      tags: ["For devices"],
      summary: "Installs the agent on a Raspberry Pi",
      produces: { "text/x-shellscript": Type.String() },
    },
    handler: async (request, reply) => {
      const hub = await options.hubInfo();
      const tls = options.tls ?? WITHOUT_TLS;
      const host = certifiedName(request, tls) ?? addressOf(request, hub);
      const facts = requestedFacts(request, options.findRequestedHost, { hub, tls }) ?? { host, hub, tls };
      return reply.header("Content-Type", "text/x-shellscript; charset=utf-8").send(fillIn(template, facts));
    },
  });
}

function addInstallerRoute(app: FastifyInstance, options: AgentRouteOptions, template: InstallerTemplate): void {
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
      response: { 200: Installer, ...errors },
    },
    handler: async (request, reply) => {
      const { address } = request.query;
      const hub = await options.hubInfo();
      const tls = options.tls ?? WITHOUT_TLS;
      const requested = requestedFacts(request, options.findRequestedHost, { hub, tls });
      const isRequestedHost = requested?.host === address;
      const isName =
        isIP(address) === 0 && (hub.mdnsName === address || tls.certificate?.names.includes(address) === true);
      if (!isRequestedHost && !isName && !isOwnAddress(address))
        return sendProblem(reply, message("bad-request/address", { field: "address", value: quoted(address) }));
      const named = isRequestedHost ? requested : { host: address, hub, tls };
      // Without TLS the hub does not know the name in the request.
      const facts =
        isName && !isRequestedHost && !speaksTls(named) ? { ...named, host: hub.addresses[0] ?? "127.0.0.1" } : named;
      const url = hubUrl(facts);
      const pem = speaksTls(facts) ? tls.authorityPem : null;
      return {
        url: `${url}/install.sh`,
        sha256: sha256Of(fillIn(template, facts)),
        hubId: hub.hubId,
        ...(pem !== null && { authority: { url: `${url}/ca.pem`, sha256: sha256Of(pem) } }),
      };
    },
  });
}

function addFileRoute(app: FastifyInstance, template: InstallerTemplate): void {
  route(app, {
    method: "GET",
    url: "/agent/*",
    permission: "open",
    audit: null,
    schema: { hide: true, params: Type.Object({ "*": Type.String() }) },
    handler: async (request, reply) => {
      const bytes = template.files.get(request.params["*"]);
      if (bytes === undefined) return sendProblem(reply, message("no-such-route/agent-file"));
      return reply.header("Content-Type", "text/plain; charset=utf-8").send(bytes);
    },
  });
}

/** The hub at the host and port that the request names; null where it names none that is the hub's. */
function requestedFacts(
  { raw, client }: FastifyRequest,
  findRequestedHost: FindRequestedHost,
  { hub, tls }: Omit<InstallerFacts, "host">,
): InstallerFacts | null {
  const requested = findRequestedHost(raw, client.host);
  if (requested === null) return null;
  // With two ports, the port of the request does not show which of them it is.
  const isPlainOnly = hub.httpsPort === undefined;
  return { host: requested.host, hub: isPlainOnly ? { ...hub, httpPort: requested.port } : hub, tls };
}

/** The name in the TLS handshake (SNI), if the hub's certificate is good for it. */
function certifiedName({ raw: { socket } }: FastifyRequest, { certificate }: HubTls): string | undefined {
  const servername = socket instanceof TLSSocket ? socket.servername : null;
  return certificate?.names.find((name) => name === servername);
}

function addressOf({ raw: { socket }, client }: FastifyRequest, { addresses }: HubInfo): string {
  return reachableAddress(socket.localAddress, client.address, addresses);
}
